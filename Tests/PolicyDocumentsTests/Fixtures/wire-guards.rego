# Policy p1, written in policies.yaml:36.
# What may be on the wire
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"deny": deny,
}

# allowed_endpoints
deny contains [0, "allowed_endpoints", "endpoint_not_allowed", "this method and path are not on the list of allowed endpoints"] if {
	data.aegis.tables.http_tools[input.tool.name]
	not endpoint_allowed
}

endpoint_allowed if {
	input.request.method == "POST"
	data.aegis.request_path == "/v1/transfers"
}

endpoint_allowed if {
	input.request.method == "GET"
	startswith(data.aegis.request_path, "/v1/")
}

endpoint_allowed if regex.match("^/v2/[^/]+/status$", data.aegis.request_path)

# allowed_domains
deny contains [1, "allowed_domains", "egress_not_allowed", "this host is not on the list of allowed domains"] if {
	data.aegis.tables.http_tools[input.tool.name]
	not domain_allowed
}

domain_allowed if data.aegis.request_host == "payments.acme.example"

domain_allowed if endswith(data.aegis.request_host, ".acme.example")
