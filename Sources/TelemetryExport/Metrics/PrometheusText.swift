/// Writes families as Prometheus reads them.
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
enum PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty {
            text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            let lines = family.samples.map { sample in (key: labels(sample.labels), sample: sample) }
            for (key, sample) in lines.sorted(by: { $0.key < $1.key }) {
                switch sample.reading {
                case .number(let value): text += "\(family.name)\(key) \(number(value))\n"
                case .histogram(let histogram): write(histogram, family.name, sample.labels, to: &text)
                }
            }
        }
        return text
    }

    private static func write(
        _ histogram: Histogram, _ name: String, _ own: [MetricFamily.Label], to text: inout String
    ) {
        var running: UInt64 = 0
        for (place, count) in histogram.counts.enumerated() {
            running += count
            let bound = place < histogram.bounds.count ? number(histogram.bounds[place]) : "+Inf"
            text += "\(name)_bucket\(labels(own + [.init("le", bound)])) \(running)\n"
        }
        text += "\(name)_sum\(labels(own)) \(number(histogram.sum))\n"
        text += "\(name)_count\(labels(own)) \(running)\n"
    }

    private static func labels(_ labels: [MetricFamily.Label]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5c || $0 == 0x0a || $0 == 0x22 }) else { return text }
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
