import Approvals
import RegoValues
import Testing

@testable import Decisions

@Suite struct FreshnessTests {
    @Test(arguments: [("30s", 30), ("5m", 300), ("24h", 86_400), ("7d", 604_800)])
    func `a tenant says how long its policies are good`(text: String, seconds: Int64) throws {
        let settings = try Self.settings(#"{"stale_after":"\#(text)","when_stale":"deny"}"#)
        #expect(settings.freshness == Freshness(longest: seconds, whenStale: .deny))
        #expect(try Self.settings(#"{"stale_after":"\#(text)"}"#).freshness?.whenStale == .report)
        #expect(try Self.settings("{}").freshness == nil)
    }

    @Test(arguments: [
        #"{"stale_after":"0h"}"#, #"{"stale_after":"-1h"}"#, #"{"stale_after":"1w"}"#, #"{"stale_after":24}"#,
        #"{"stale_after":"h"}"#,
        #"{"stale_after":"99999999999999999999d"}"#, #"{"stale_after":"5000d"}"#, #"{"when_stale":"deny"}"#,
        #"{"stale_after":"1h","when_stale":"allow"}"#, #"{"stale_after":null,"when_stale":"deny"}"#,
    ])
    func `what is not understood stops the bundle`(json: String) {
        #expect(throws: CatalogError.self) { try Self.settings(json) }
    }

    @Test func `policies are stale after the last second, and where nobody ever said a word`() {
        let freshness = Freshness(longest: 60, whenStale: .deny)
        #expect(!freshness.isStale(age: 60) && freshness.isStale(age: 61) && freshness.isStale(age: nil))
        #expect(!freshness.isStale(age: -10))
    }

    private static func settings(_ json: String) throws -> TenantSettings {
        let document = try Document(json: Array(json.utf8))
        return try withExtendedLifetime(document) { try TenantSettings(document.root) }
    }
}
