/// `aegis/formats.rego`: the `format`s of JSON Schema that are checked. It is the same for every tenant.
///
/// Each predicate is total on strings. Sources: RFC 3339 (dates and times, appendix A for durations), RFC 5321 section 4.1.2
/// (mailboxes), RFC 1123 section 2.1 (host names), RFC 3986 (URIs and addresses), RFC 9562 (UUIDs), RFC 6901 (pointers).
enum FormatModule {
    static let path = "aegis/formats.rego"

    static let text = """
        # The formats of JSON Schema. This file is the same for all tenants.
        package aegis.formats

        # A day of the month that the month has; the second rule is for leap years.
        is_date(text) if {
        \tregex.match(`^[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))$`, text)
        }

        is_date(text) if {
        \tregex.match(`^([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29$`, text)
        }

        is_time(text) if regex.match(`^\(hours):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?\(offset)$`, text)

        # A leap second is the last of a day in UTC.
        is_time(text) if {
        \tregex.match(`^\(hours):[0-5][0-9]:60([.][0-9]+)?\(offset)$`, text)
        \tutc_minute(text) == 1439
        }

        utc_minute(text) := minute(text, 0) if regex.match(`[zZ]$`, text)

        utc_minute(text) := ((minute(text, 0) - minute(text, count(text) - 5)) + 1440) % 1440 if regex.match(`[+].....$`, text)

        utc_minute(text) := (minute(text, 0) + minute(text, count(text) - 5)) % 1440 if regex.match(`-.....$`, text)

        # `hh:mm` at a place, in minutes.
        minute(text, at) := (pair(text, at) * 60) + pair(text, at + 3)

        pair(text, at) := (10 * digit(text, at)) + digit(text, at + 1)

        digit(text, at) := indexof("0123456789", substring(text, at, 1))

        is_date_time(text) if {
        \tis_date(substring(text, 0, 10))
        \tregex.match(`^[tT]$`, substring(text, 10, 1))
        \tis_time(substring(text, 11, -1))
        }

        is_duration(text) if regex.match(`^P((\(days))(\(clock))?|\(clock)|[0-9]+W)$`, text)

        is_email(text) if {
        \tparts := split(text, "@")
        \tdomain := parts[count(parts) - 1]
        \tlocal := trim_suffix(text, concat("", ["@", domain]))
        \tcount(parts) > 1
        \tcount(local) <= 64
        \tregex.match(`^(\(atom)([.]\(atom))*|"([ !#-\\[\\]-~]|\\\\[ -~])*")$`, local)
        \tis_mail_domain(domain)
        }

        is_mail_domain(domain) if is_hostname(domain)

        is_mail_domain(domain) if regex.match(`^\\[(\(ipv4)|IPv6:(\(ipv6)))\\]$`, domain)

        is_hostname(text) if {
        \tcount(text) <= 253
        \tregex.match(`^\(label)([.]\(label))*$`, text)
        }

        is_ipv4(text) if regex.match(`^\(ipv4)$`, text)

        is_ipv6(text) if regex.match(`^(\(ipv6))$`, text)

        is_uri(text) if regex.match(`^[A-Za-z][A-Za-z0-9+.-]*:(\(authority)(/\(character)*)*|/(\(character)+(/\(character)*)*)?|\(character)+(/\(character)*)*)?\(tail)$`, text)

        is_uri_reference(text) if is_uri(text)

        is_uri_reference(text) if {
        \tregex.match(`^(\(authority)(/\(character)*)*|/(\(character)+(/\(character)*)*)?|\(withoutColon)+(/\(character)*)*)?\(tail)$`, text)
        }

        is_uuid(text) if regex.match(`^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$`, text)

        is_json_pointer(text) if regex.match(`^(/([^/~]|~[01])*)*$`, text)

        """

    private static let hours = "([01][0-9]|2[0-3])"
    private static let offset = "([zZ]|[+-]\(hours):[0-5][0-9])"
    private static let days = "[0-9]+D|[0-9]+M([0-9]+D)?|[0-9]+Y([0-9]+M([0-9]+D)?)?"
    private static let clock = "T([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)"
    private static let atom = #"[A-Za-z0-9!#$%&'*+/=?^_\x60{|}~-]+"#
    private static let label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    private static let byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    private static let ipv4 = "\(byte)([.]\(byte)){3}"
    private static let group = "[0-9A-Fa-f]{1,4}"
    private static let last = "(\(group):\(group)|\(ipv4))"
    /// The nine forms of RFC 3986, section 3.2.2: how many groups stand before `::`, and how many after it.
    private static let ipv6 =
        ([
            "(\(group):){6}\(last)", "::(\(group):){5}\(last)", "(\(group))?::(\(group):){4}\(last)",
        ] + (1...3).map { "((\(group):){0,\($0)}\(group))?::(\(group):){\(4 - $0)}\(last)" }
        + [
            "((\(group):){0,4}\(group))?::\(last)", "((\(group):){0,5}\(group))?::\(group)",
            "((\(group):){0,6}\(group))?::",
        ]).joined(separator: "|")
    private static let escaped = "%[0-9A-Fa-f]{2}"
    private static let character = "([A-Za-z0-9._~!$&'()*+,;=:@-]|\(escaped))"
    private static let withoutColon = "([A-Za-z0-9._~!$&'()*+,;=@-]|\(escaped))"
    private static let user = "([A-Za-z0-9._~!$&'()*+,;=:-]|\(escaped))"
    private static let name = "([A-Za-z0-9._~!$&'()*+,;=-]|\(escaped))"
    private static let authority =
        #"//(\#(user)*@)?(\[(\#(ipv6)|[vV][0-9A-Fa-f]+[.][A-Za-z0-9._~!$&'()*+,;=:-]+)\]|\#(name)*)(:[0-9]*)?"#
    private static let tail = "([?](\(character)|[/?])*)?(#(\(character)|[/?])*)?"
}
