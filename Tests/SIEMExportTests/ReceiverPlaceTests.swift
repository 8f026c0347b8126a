import ExportTransport
import Testing

struct ReceiverPlaceTests {
    @Test(arguments: [
        ("http://127.0.0.1:8088", true), ("https://127.1.2.3/path", true), ("http://localhost:9200", true),
        ("http://LocalHost", true), ("http://[::1]:8088/x", true),
        ("https://splunk.acme.example:8088", false), ("http://10.0.0.1", false),
        ("http://127.0.0.1.evil.example", false),
        ("http://127.0.0", false), ("http://127.0.0.256", false), ("http://localhost.acme.example", false),
        ("http://127.0.0.1@splunk.acme.example", false), ("http://1127.0.0.1", false), ("127.0.0.1", false),
        ("", false),
    ])
    func `only the loopback is here`(url: String, isHere: Bool) { #expect(ReceiverPlace.isHere(url) == isHere) }
}
