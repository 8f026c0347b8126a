import Foundation
import Testing

@testable import EvidencePacks

/// Periods and the time at which a pack of them is made.
struct PeriodTests {
    private static let now = Date(timeIntervalSince1970: 1_796_000_000.5)  // 2026-11-30T00:53:20.5Z

    private static func manifest(to: String?) throws -> PackManifest {
        let period = try PackPeriod(from: "2026-11-01", to: to, now: now)
        return PackManifest(
            schema: 1, tenant: "acme", gateway: "gw-1", log: "gw-1/acme",
            period: .init(from: period.from, to: period.to),
            builtAt: PackPeriod.end(of: now), builtBy: "", start: .init(size: 0, hash: "", frontier: []),
            records: .init(first: 0, end: 0, inPeriod: 0, decisions: 0), head: .init(size: 0, root: ""), policies: [],
            controls: [], hasInputs: false)
    }

    @Test(arguments: ["2026-12-01", "2026-11-30T00:53:21Z"])
    func `a period that has not begun is refused`(from: String) {
        let error = #expect(throws: PackError.self) { try PackPeriod(from: from, to: "2027-10-01", now: Self.now) }
        #expect(error?.code == .usage)
        #expect(error?.message.hasPrefix("the period has not begun: it begins at 2026-1") == true)
        #expect(error?.message.hasSuffix("and it is 2026-11-30T00:53:20.000000000Z now") == true)
    }

    @Test func `a period that begins in this second has begun`() throws {
        #expect(
            try PackPeriod(from: "2026-11-30T00:53:20.9Z", to: nil, now: Self.now).to
                == "2026-11-30T00:53:21.000000000Z")
    }

    @Test(
        arguments: [
            (nil, true), ("2026-11-29", true), ("2026-11-30T00:53:20Z", true), ("2026-11-30", false),
            ("2026-12-31", false), ("2026-11-30T00:53:22Z", false),
        ] as [(String?, Bool)])
    func `a pack knows whether its period was over when it was made`(to: String?, isOver: Bool) throws {
        #expect(try Self.manifest(to: to).isPeriodOver == isOver)
    }

    @Test func `the note says when the pack was made`() {
        #expect(
            PackReport.early("2026-11-30T00:53:21.000000000Z")
                == "built before the period was over (2026-11-30T00:53:21.000000000Z): later records are not in it")
    }
}
