import AuditTrail
import Foundation
@testable import SIEMExport
import Testing

struct FormatTests {
    private static let source = EventSource(host: "gw host\u{e9}", version: "1.0")

    @Test func `a syslog message is what RFC 5424 asks for`() async throws {
        let trail = try Trail()
        try await trail.append(1)
        let event = try #require(try trail.events().first)
        let target = SyslogTarget(host: "localhost")
        let text = String(decoding: SyslogMessage.message(event, target, source: Self.source), as: UTF8.self)
        #expect(text.hasPrefix("<110>1 2026-09-21T"))
        #expect(
            text.contains(
                ".123456Z gw?host?? aegis gw-1 decision [aegis@32473 id=\"\(event.id)\" tenant=\"acme\" log=\"gw-1/acme\" index=\"0\""
            ))
        #expect(text.hasSuffix("] \u{feff}\(event.record.text)"))
        let frame = SyslogMessage.frame(event, target, source: Self.source)
        #expect(
            String(decoding: frame.prefix { $0 != 0x20 }, as: UTF8.self)
                == String(frame.count - frame.prefix { $0 != 0x20 }.count - 1))
    }

    @Test func `what is searched for cannot end its field`() async throws {
        let trail = try Trail()
        try await trail.append(1, reason: "a\"b\\c]d\ne")
        let event = try #require(try trail.events().first)
        let text = String(
            decoding: SyslogMessage.message(event, SyslogTarget(host: "h"), source: Self.source), as: UTF8.self)
        #expect(text.contains(#" reason="a\"b\\c\]d?e" agent="#))
    }

    @Test(arguments: EventFormat.allCases)
    func `every format is one line of JSON with the record's id`(format: EventFormat) async throws {
        let trail = try Trail()
        try await trail.append(1)
        let event = try #require(try trail.events().first)
        let bytes = Self.source.payload(event, as: format)
        #expect(!bytes.contains(UInt8(ascii: "\n")))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let ids: [String?] = [
            object["hash"] as? String, (object["event"] as? [String: Any])?["id"] as? String,
            (object["metadata"] as? [String: Any])?["uid"] as? String,
        ]
        #expect(ids.contains(event.id))
    }
}
