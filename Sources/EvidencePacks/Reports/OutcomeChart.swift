import Foundation

/// Outcomes over time as stacked columns: a column a day, a week or a month, as many as can be told apart.
struct OutcomeChart {
    private struct Column {
        let label: String
        var counts: [String: Int] = [:]

        var total: Int { counts.values.reduce(0, +) }
    }

    private static let width = 960.0
    private static let height = 220.0
    private static let left = 52.0
    private static let bottom = 26.0
    private let columns: [Column]
    private let unit: String

    /// - Parameter days: outcomes by day, `2026-10-01`.
    init(days: [String: [String: Int]]) {
        let sorted = days.keys.sorted()
        guard let first = sorted.first.flatMap(Self.date), let last = sorted.last.flatMap(Self.date) else {
            (columns, unit) = ([], "day")
            return
        }
        let count = Int(last.timeIntervalSince(first) / 86_400) + 1
        let unit = count <= 62 ? "day" : count <= 420 ? "week" : "month"
        var columns: [Column] = []
        // Days without decisions keep their place, unless there are more of them than any chart can show.
        for day in 0..<min(count, 36_525) {
            let name = String(first.addingTimeInterval(Double(day) * 86_400).formatted(.iso8601).prefix(10))
            let begins =
                unit == "day" || columns.isEmpty || (unit == "week" ? day.isMultiple(of: 7) : name.hasSuffix("-01"))
            if begins { columns.append(Column(label: unit == "month" ? String(name.prefix(7)) : name)) }
            for (outcome, number) in days[name] ?? [:] {
                columns[columns.count - 1].counts[outcome, default: 0] += number
            }
        }
        (self.columns, self.unit) = (columns, unit)
    }

    var html: HTML {
        guard !columns.isEmpty else { return "<p class=\"none\">No decision was made in this period.</p>" }
        let most = Self.ceiling(columns.map(\.total).max() ?? 1)
        let plot = Self.height - Self.bottom - 10
        let step = (Self.width - Self.left) / Double(columns.count)
        let lines: [HTML] = (0...4).map { line in
            let y = 10 + plot * (1 - Double(line) / 4)
            return """
                <line class="grid" x1="\(at: Self.left)" x2="\(at: Self.width)" y1="\(at: y)" y2="\(at: y)"/>\
                <text class="tick" x="\(at: Self.left - 8)" y="\(at: y + 4)" text-anchor="end">\(most * line / 4)</text>
                """
        }
        let bars: [HTML] = columns.enumerated().map { place, column in
            bar(column, x: Self.left + step * Double(place), step: step, plot: plot, most: most)
        }
        return """
            <figure><figcaption>Decisions by \(unit)</figcaption>
            <svg viewBox="0 0 \(at: Self.width) \(at: Self.height)" role="img" aria-label="Decisions by \(unit)">
            \(lines)\(bars)\(labels(step))</svg>\(Outcome.legend)</figure>
            """
    }

    private func bar(_ column: Column, x: Double, step: Double, plot: Double, most: Int) -> HTML {
        var y = 10 + plot
        let inset = min(step * 0.18, 6)
        let width = min(step - 2 * inset, 48)
        let parts: [HTML] = Outcome.allCases.compactMap { outcome in
            guard let count = column.counts[outcome.rawValue], count > 0 else { return nil }
            let height = max(plot * Double(count) / Double(most), 0.75)
            y -= height
            return """
                <rect class="\(outcome.style)" x="\(at: x + (step - width) / 2)" y="\(at: y)" width="\(at: width)" \
                height="\(at: height)"><title>\(column.label): \(count) \(outcome.words)</title></rect>
                """
        }
        return "\(parts)"
    }

    private func labels(_ step: Double) -> [HTML] {
        let every = max(1, Int((80 / step).rounded(.up)))
        return columns.enumerated().compactMap { place, column in
            guard place.isMultiple(of: every) else { return nil }
            let x = Self.left + step * (Double(place) + 0.5)
            return """
                <text class="tick" x="\(at: x)" y="\(at: Self.height - 6)" text-anchor="middle">\(column.label)</text>
                """
        }
    }

    /// The next round number that can be divided by four.
    private static func ceiling(_ most: Int) -> Int {
        var power = 1
        while power * 40 < most { power *= 10 }
        return [4, 8, 12, 20, 40].map { $0 * power }.first { $0 >= most } ?? most
    }

    private static func date(_ day: String) -> Date? { try? Date("\(day)T00:00:00Z", strategy: .iso8601) }
}
