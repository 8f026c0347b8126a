# Policy p1, written in policies.yaml:36.
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"sanitize": sanitize,
}

# sanitize
sanitize contains [0, 0, {"policy": "p1", "rule": "sanitize", "detectors": ["us_ssn", "email"], "paths": ["$.memo"], "action": "redact"}]

# sanitize
sanitize contains [0, 1, {"policy": "p1", "rule": "sanitize", "detectors": ["payment_card"], "paths": ["$"]}]
