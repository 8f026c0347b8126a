public import Approvals
public import Foundation
import Synchronization

public enum BudgetWindow: String, Sendable, Hashable, CaseIterable { case hour, day, month, total }

/// Where a tenant's hours, days and months begin. Windows already computed are remembered until their end.
public final class BudgetCalendar: Sendable {
    private let calendar: Calendar
    private let remembered = Mutex<[BudgetWindow: Range<Int64>]>([:])

    public init(timeZone: TimeZone = .gmt) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        self.calendar = calendar
    }

    /// The window around `now`, in seconds since the epoch, end excluded; nil where the calendar knows none.
    public func window(_ window: BudgetWindow, at now: Timestamp) -> Range<Int64>? {
        let component: Calendar.Component
        switch window {
        case .hour: component = .hour
        case .day: component = .day
        case .month: component = .month
        case .total: return 0..<Int64.max
        }
        let seconds = now.seconds
        if let known = remembered.withLock({ $0[window] }), known.contains(seconds) { return known }
        let instant = Date(timeIntervalSince1970: TimeInterval(seconds))
        guard let interval = calendar.dateInterval(of: component, for: instant) else { return nil }
        let range =
            Int64(
                interval.start.timeIntervalSince1970.rounded(.down))..<Int64(
                interval.end.timeIntervalSince1970.rounded(.down))
        guard range.contains(seconds) else { return nil }
        remembered.withLock { $0[window] = range }
        return range
    }
}
