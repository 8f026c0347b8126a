internal import Foundation
internal import RegoValues

/// What `aegis rego bench` measured, as tables or as JSON.
struct RegoBenchReport {
    struct Comparison {
        var name: String
        /// The answer's JSON.
        var answer: String
        var ours = Timings()
        var peer: (engine: String, answer: String, timings: Timings)?

        init(name: String, answer: String) {
            self.name = name
            self.answer = answer
        }

        /// How many times faster ours is.
        var ratios: (best: Double, median: Double)? {
            peer.map { ($0.timings.best / max(ours.best, 0.001), $0.timings.median / max(ours.median, 0.001)) }
        }

        /// Whether both answers are the same JSON.
        var agrees: Bool {
            guard let peer else { return true }
            let heap = Heap()
            guard let a = try? heap.parseJSON(Array(answer.utf8)), let b = try? heap.parseJSON(Array(peer.answer.utf8))
            else { return false }
            return withExtendedLifetime(heap) { a == b }
        }
    }

    var comparisons: [Comparison] = []
    var growths: [IndexGrowth] = []
    var loading: DataLoading?

    /// The bounds that were not kept.
    func missed(atLeast ratio: Double?) -> [String] {
        var lines = comparisons.filter { !$0.agrees }.map { "`\($0.name)`: the two engines' answers differ" }
        if let ratio {
            for item in comparisons where min(item.ratios?.best ?? 0, item.ratios?.median ?? 0) < ratio {
                lines.append("`\(item.name)`: not \(Self.number(ratio, 1)) times faster")
            }
        }
        for item in growths where item.ratio > IndexGrowth.bound {
            lines.append("\(item.kind.rawValue): the most rules cost over \(IndexGrowth.bound) times the fewest")
        }
        if let loading {
            if loading.megabytesPerSecond < 50 { lines.append("data loads at less than 50 MB/s") }
            if loading.memoryRatio > 3 { lines.append("data takes over 3 times its JSON in memory") }
        }
        return lines
    }

    var text: String {
        var lines: [String] = []
        if !comparisons.isEmpty {
            let engine = comparisons.first?.peer?.engine
            lines.append(
                "Microseconds for one evaluation, JSON in and JSON out, one thread"
                    + (engine.map { "; beside \($0)" } ?? ""))
            var header = Self.row("policy", ["best", "median"])
            if engine != nil { header += Self.cells(["peer best", "median", "x best", "x median"]) + "  answers" }
            lines.append(header)
            for item in comparisons {
                var line = Self.row(item.name, [Self.number(item.ours.best, 2), Self.number(item.ours.median, 2)])
                if let peer = item.peer, let ratios = item.ratios {
                    line += Self.cells([
                        Self.number(peer.timings.best, 2), Self.number(peer.timings.median, 2),
                        Self.number(ratios.best, 1),
                        Self.number(ratios.median, 1),
                    ])
                    line += item.agrees ? "  same" : "  DIFFER"
                }
                lines.append(line)
            }
        }
        if !growths.isEmpty {
            lines.append("Microseconds for one query over so many rules, by what tells them apart (fastest rounds)")
            lines.append(Self.row("index", IndexGrowth.sizes.map(String.init) + ["ratio"]))
            for item in growths {
                lines.append(
                    Self.row(
                        item.kind.rawValue, item.timings.map { Self.number($0.best, 2) } + [Self.number(item.ratio, 2)])
                )
            }
        }
        if let loading {
            let seconds = loading.median / .seconds(1)
            lines.append(
                "Loading \(loading.byteCount) bytes of JSON: \(Self.number(loading.megabytesPerSecond, 0)) MB/s "
                    + "(median \(Self.number(Double(loading.byteCount) / 1e6 / seconds, 0))), "
                    + "\(Self.number(loading.memoryRatio, 2)) times its size in memory, "
                    + "\(Self.number(loading.peakRatio, 2)) times at most while loading")
        }
        return lines.joined(separator: "\n")
    }

    func jsonText() throws -> String {
        var object: [String: Any] = [:]
        if !comparisons.isEmpty {
            object["policies"] = comparisons.map { item in
                var fields: [String: Any] = ["name": item.name, "aegis": item.ours.object]
                if let peer = item.peer, let ratios = item.ratios {
                    fields["peer"] = peer.timings.object.merging(["engine": peer.engine]) { first, _ in first }
                    fields["times_faster"] = ["best": ratios.best, "median": ratios.median]
                    fields["same_answer"] = item.agrees
                }
                return fields
            }
        }
        if !growths.isEmpty {
            object["growth"] = growths.map { item in
                [
                    "index": item.kind.rawValue, "rules": IndexGrowth.sizes, "best_us": item.timings.map(\.best),
                    "ratio": item.ratio,
                ] as [String: Any]
            }
        }
        if let loading {
            object["loading"] = [
                "bytes": loading.byteCount, "megabytes_per_second": loading.megabytesPerSecond,
                "resident_bytes": loading.residentBytes, "peak_bytes": loading.peakBytes,
                "times_json_size": loading.memoryRatio,
            ]
        }
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: max(12, name.count), withPad: " ", startingAt: 0) + Self.cells(cells)
    }

    private static func cells(_ cells: [String]) -> String {
        cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
    }

    private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
