import Approvals
import Testing

struct TimestampTests {
    @Test(arguments: [
        (Int64.min, "1677-09-21T00:12:43.145Z"), (-1, "1969-12-31T23:59:59.999Z"), (0, "1970-01-01T00:00:00.000Z"),
        (1_763_889_304_120_000_000, "2025-11-23T09:15:04.120Z"), (.max, "2262-04-11T23:47:16.854Z"),
    ])
    func `every instant is written`(nanoseconds: Int64, text: String) {
        #expect(Timestamp(nanoseconds: nanoseconds).description == text)
    }

    @Test(arguments: ["2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z"])
    func `a day that there is not is no time`(text: String) {
        #expect(Timestamp(parsing: text) == nil)
    }

    @Test func `the leap day is a day`() {
        #expect(Timestamp(parsing: "2028-02-29T00:00:00Z")?.description == "2028-02-29T00:00:00.000Z")
    }
}
