import Approvals
import Decisions
import Foundation
import Testing

/// Where hours, days and months begin: in the tenant's own time zone, through its changes of the clock.
@Suite struct BudgetCalendarTests {
    static func seconds(_ text: String) throws -> Int64 {
        Int64(try Date.ISO8601FormatStyle().parse(text).timeIntervalSince1970)
    }

    @Test(
        arguments: [
            ("UTC", .hour, "2026-11-23T04:52:03Z", "2026-11-23T04:00:00Z", "2026-11-23T05:00:00Z"),
            ("UTC", .day, "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
            ("UTC", .month, "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("UTC", .month, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
            // Half and three quarters of an hour.
            ("Asia/Kolkata", .hour, "2026-11-23T04:52:03Z", "2026-11-23T04:30:00Z", "2026-11-23T05:30:00Z"),
            ("Asia/Kolkata", .day, "2026-11-23T04:52:03Z", "2026-11-22T18:30:00Z", "2026-11-23T18:30:00Z"),
            ("Asia/Kathmandu", .month, "2026-11-23T04:52:03Z", "2026-10-31T18:15:00Z", "2026-11-30T18:15:00Z"),
            // Days of 23 and 25 hours, and the months around them.
            ("Europe/Berlin", .day, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("Europe/Berlin", .day, "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            ("Europe/Berlin", .month, "2026-10-25T12:00:00Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"),
            ("America/New_York", .month, "2026-03-08T12:00:00Z", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"),
            // The hour before the clock jumps, and the one after.
            ("Europe/Berlin", .hour, "2026-03-29T00:30:00Z", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", .hour, "2026-03-29T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
            // Where the clock goes back by half an hour, what it repeats is an hour of its own.
            ("Australia/Lord_Howe", .hour, "2026-04-04T14:59:59Z", "2026-04-04T14:00:00Z", "2026-04-04T15:00:00Z"),
            ("Australia/Lord_Howe", .hour, "2026-04-04T15:00:00Z", "2026-04-04T14:30:00Z", "2026-04-04T15:30:00Z"),
        ] as [(String, BudgetWindow, String, String, String)])
    func `a window has the edges that its time zone gives it`(
        zone: String, window: BudgetWindow, instant: String, start: String, end: String
    ) throws {
        let calendar = BudgetCalendar(timeZone: try #require(TimeZone(identifier: zone)))
        let found = calendar.window(window, at: Timestamp(seconds: try Self.seconds(instant)))
        let expected = try Self.seconds(start)..<Self.seconds(end)
        #expect(found == expected)
    }

    @Test func `the total has no end`() {
        #expect(BudgetCalendar().window(.total, at: Timestamp(seconds: 5)) == 0..<Int64.max)
    }

    @Test func `a clock that goes back finds the window of before`() throws {
        let calendar = BudgetCalendar()
        let noon = Timestamp(seconds: try Self.seconds("2026-11-23T12:00:00Z"))
        for window in [BudgetWindow.hour, .day, .month] {
            let first = try #require(calendar.window(window, at: noon))
            let next = try #require(calendar.window(window, at: Timestamp(seconds: first.upperBound)))
            #expect(next.lowerBound == first.upperBound)
            #expect(calendar.window(window, at: Timestamp(seconds: first.upperBound - 1)) == first)
            #expect(calendar.window(window, at: noon) == first)
        }
    }

    /// Each instant is in a window, windows follow one another without gap or overlap, and none is longer than it may be: no call
    /// falls out of its budget or counts twice, on no day of two years.
    @Test(arguments: [
        "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "America/Havana",
    ])
    func `windows tile the years`(zone: String) throws {
        let calendar = BudgetCalendar(timeZone: try #require(TimeZone(identifier: zone)))
        let start = try Self.seconds("2026-01-01T00:00:00Z")
        let longest: [BudgetWindow: Int64] = [.hour: 2 * 3600, .day: 25 * 3600, .month: 31 * 86_400 + 3600]
        for (window, longest) in longest {
            var instant = start
            var previous: Range<Int64>?
            while instant < start + 2 * 366 * 86_400 {
                let found = calendar.window(window, at: Timestamp(seconds: instant))
                guard let found, found.contains(instant), Int64(found.count) <= longest,
                    previous == nil || previous == found || previous?.upperBound == found.lowerBound
                else {
                    Issue.record("\(window) at \(Timestamp(seconds: instant)): \(String(describing: found))")
                    return
                }
                previous = found
                instant += 1800
            }
        }
    }
}
