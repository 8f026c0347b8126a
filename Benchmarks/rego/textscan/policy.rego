# A conversation searched for twenty kinds of text, with addresses masked and names picked out.
package bench.textscan

import rego.v1

kinds := {
	"cloud_key": `\b(?:AKIA|ASIA|AROA)[A-Z0-9]{16}\b`,
	"forge_token": `\bgl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,}\b`,
	"chat_token": `\bxox[abprs]-[0-9A-Za-z-]{12,60}\b`,
	"pem": `-----BEGIN (?:EC |RSA |ENCRYPTED )?PRIVATE KEY-----`,
	"signed_token": `\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}`,
	"mail": `[\w.%+-]+@[\w.-]+\.[A-Za-z]{2,}`,
	"tax_number": `\b[0-9]{2}/[0-9]{3}/[0-9]{5}\b`,
	"payment_card": `\b(?:3[47][0-9]{2}|4[0-9]{3}|5[1-5][0-9]{2})[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}\b`,
	"account": `\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}\b`,
	"address4": `\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b`,
	"phone": `\+[0-9]{2}[ /-]?[0-9]{2,5}[ /-]?[0-9]{3,8}`,
	"override": `(?i)(?:forget|disregard|ignore) (?:everything|all|any)? ?(?:earlier|previous|above)`,
	"prompt_leak": `(?i)(?:repeat|print|reveal) (?:the|your) (?:hidden|system) (?:prompt|instructions)`,
	"persona": `(?i)pretend (?:to be|you are) (?:an? )?(?:unfiltered|unrestricted|root)`,
	"long_base64": `[A-Za-z0-9+/]{64,}={0,2}`,
	"command": `(?i)\b(?:wget|curl) \S+ ?\| ?(?:ba|z)?sh\b`,
	"query": `(?i)\b(?:union all select|drop (?:table|schema)|sleep\([0-9]+\))`,
	"climb": `(?:\.\.[/\\]){2,}`,
	"login_link": `\b[a-z]+://[^/\s:@]+:[^/\s@]+@`,
	"hex_key": `\b(?:api_?key|secret|token)[=:] ?[0-9a-f]{32,}\b`,
}

texts := [turn.text | some turn in input.turns]

found contains {"kind": kind, "turn": place} if {
	some place, text in texts
	some kind, pattern in kinds
	regex.match(pattern, text)
}

masked := [regex.replace(text, `[\w.%+-]+@[\w.-]+\.[A-Za-z]{2,}`, "(mail)") | some text in texts]

named contains name if {
	some text in texts
	some name in regex.find_n(`#[a-z][a-z-]+`, text, -1)
}

well_named if {
	every tool in input.tools {
		regex.match(`^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*){1,3}$`, tool)
	}
}

answer := {"found": found, "masked": masked, "named": named, "well_named": well_named}
