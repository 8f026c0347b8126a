import RegoRuntime
import Testing

struct URIBuiltinTests {
    private let harness = BuiltinHarness()

    @Test(arguments: [
        ("", "{}"), ("*", #"{"path": "*", "raw_path": "*"}"#),
        (
            "HTTPS://user:pw@Example.com:8443/a%20b/c?q=1&r#top%21",
            #"{"fragment": "top!", "hostname": "Example.com", "path": "/a b/c", "port": "8443", "raw_path": "/a b/c", "#
                + #""raw_query": "q=1&r", "scheme": "https"}"#
        ),
        ("/a%2Fb", #"{"path": "/a/b", "raw_path": "/a%2Fb"}"#),
        (
            "http://[2001:db8::1]:80/",
            #"{"hostname": "2001:db8::1", "path": "/", "port": "80", "raw_path": "/", "scheme": "http"}"#
        ),
        ("http://[fe80::1%25en0]/", #"{"hostname": "fe80::1%en0", "path": "/", "raw_path": "/", "scheme": "http"}"#),
        ("mailto:a@example.com", #"{"scheme": "mailto"}"#), ("urn:a:b?x", #"{"raw_query": "x", "scheme": "urn"}"#),
        ("//host/p?", #"{"hostname": "host", "path": "/p", "raw_path": "/p"}"#),
        ("///p", #"{"path": "///p", "raw_path": "///p"}"#),
        ("file:///etc", #"{"path": "/etc", "raw_path": "/etc", "scheme": "file"}"#),
        ("a/b:c", #"{"path": "a/b:c", "raw_path": "a/b:c"}"#), ("?q", #"{"raw_query": "q"}"#),
        ("#f#g", ##"{"fragment": "f#g"}"##), ("http://host:", #"{"hostname": "host", "scheme": "http"}"#),
        ("http://é.example/", #"{"hostname": "é.example", "path": "/", "raw_path": "/", "scheme": "http"}"#),
    ])
    func `a URL is split into its parts`(_ text: String, _ parts: String) throws {
        #expect(try harness.answer("uri.parse", try CertificateFixture.arguments([text])) == parts)
    }

    @Test(arguments: [
        (":x", #"parse ":x": missing protocol scheme"#),
        ("a:b/c:d\u{7f}", #"parse "a:b/c:d\x7f": net/url: invalid control character in URL"#),
        ("1a:b", #"parse "1a:b": first path segment in URL cannot contain colon"#),
        ("/%zz", #"parse "/%zz": invalid URL escape "%zz""#), ("/%a", #"parse "/%a": invalid URL escape "%a""#),
        ("/#%2", ##"parse "/#%2": invalid URL escape "%2""##),
        ("http://a b/", #"parse "http://a b/": invalid character " " in host name"#),
        ("http://a%20b/", #"parse "http://a%20b/": invalid URL escape "%20""#),
        ("http://a:x/", #"parse "http://a:x/": invalid port ":x" after host"#),
        ("http://a:1:2/", #"parse "http://a:1:2/": invalid port ":1:2" after host"#),
        ("http://[::1/", #"parse "http://[::1/": missing ']' in host"#),
        ("http://[::1]x/", #"parse "http://[::1]x/": invalid port "x" after host"#),
        ("http://u ser@h/", #"parse "http://u ser@h/": net/url: invalid userinfo"#),
        ("http://[1.2.3.4]/", #"parse "http://[1.2.3.4]/": invalid host: ParseAddr("1.2.3.4"): unable to parse IP"#),
    ])
    func `what is no URL is an error`(_ text: String, _ reason: String) throws {
        let arguments = try CertificateFixture.arguments([text])
        #expect(try harness.answer("uri.parse", arguments) == "failure: uri.parse: \(reason)")
        #expect(try harness.answer("uri.is_valid", arguments) == "false")
    }

    @Test(arguments: [
        (#"["https://example.com"]"#, "true"), (#"["a/b"]"#, "true"), (#"[""]"#, "false"), ("[1]", "false"),
        (#"["%"]"#, "false"),
    ])
    func `validity is asked of anything`(_ arguments: String, _ answer: String) throws {
        #expect(try harness.answer("uri.is_valid", arguments) == answer)
    }

    @Test func `only a string is parsed`() throws {
        #expect(try harness.answer("uri.parse", "[1]") == "type: uri.parse: operand 1 must be string but got number")
    }
}
