/// Reads the standard variables. An empty one counts as unset; a malformed one stops the start.
/// Source: OpenTelemetry Environment Variable Specification, "Parsing empty value" and "Configuration types".
struct OTelVariables {
    let environment: [String: String]

    func text(_ names: String...) -> (name: String, value: String)? {
        for name in names {
            if let value = environment[name], !value.isEmpty { return (name, value) }
        }
        return nil
    }

    func boolean(_ name: String, default fallback: Bool) throws(TelemetryError) -> Bool {
        guard let (_, value) = text(name) else { return fallback }
        switch value.lowercased() {
        case "true": return true
        case "false": return false
        default: throw wrong(name, value, "neither `true` nor `false`", fix: "write `true` or `false`")
        }
    }

    /// The first of these that is set, at least `least`.
    func integer(_ names: [String], default fallback: Int, atLeast least: Int = 0) throws(TelemetryError) -> Int {
        for name in names {
            guard let (_, value) = text(name) else { continue }
            guard let number = Int(value), number >= least else {
                throw wrong(name, value, "no whole number of at least \(least)", fix: "write one such as `\(fallback)`")
            }
            return number
        }
        return fallback
    }

    func milliseconds(_ names: String..., default fallback: Int) throws(TelemetryError) -> Duration {
        .milliseconds(try integer(names, default: fallback, atLeast: 1))
    }

    /// One of a few words.
    func choice(_ names: String..., among choices: [String]) throws(TelemetryError) -> String? {
        for name in names {
            guard let (_, value) = text(name) else { continue }
            guard choices.contains(value) else {
                throw wrong(
                    name, value, "none of \(choices.map { "`\($0)`" }.joined(separator: ", "))", fix: "use one of them")
            }
            return value
        }
        return nil
    }

    /// `name=value,name=value`, names and values percent-encoded.
    func pairs(_ names: String...) throws(TelemetryError) -> [(name: String, value: String)] {
        for name in names {
            guard let (_, value) = text(name) else { continue }
            var pairs: [(name: String, value: String)] = []
            for entry in value.split(separator: ",") {
                let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, let key = Self.decoded(parts[0]), !key.isEmpty,
                    let text = Self.decoded(parts[1])
                else {
                    // The value is not repeated: headers hold secrets.
                    throw TelemetryError(
                        .variable, "\(name) is no list of pairs", fix: "write it as name=value,name=value")
                }
                pairs.append((key, text))
            }
            return pairs
        }
        return []
    }

    func wrong(_ name: String, _ value: String, _ what: String, fix: String) -> TelemetryError {
        TelemetryError(.variable, "\(name) is `\(value)`, which is \(what)", fix: fix)
    }

    // Spaces around either are no part of them.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while rest.first == 0x20 { rest.removeFirst() }
        while rest.last == 0x20 { rest.removeLast() }
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
