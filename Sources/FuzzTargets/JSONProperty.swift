internal import RegoValues

/// What holds for every text that may be JSON.
enum JSONProperty {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let lenient = JSONLimits(duplicateKeys: .lastWins, loneSurrogates: .replace)
        for limits in [JSONLimits(), JSONLimits(depth: 8, byteCount: 256), lenient] {
            try check(bytes, limits)
        }
    }

    private static func check(_ bytes: [UInt8], _ limits: JSONLimits) throws(FuzzFinding) {
        let heap = Heap()
        guard let value = try? heap.parseJSON(bytes, limits: limits) else { return }
        for options in [JSONWriter.Options.compact, .html, .pretty] {
            var text: [UInt8] = []
            JSONWriter.write(value, options: options, to: &text)
            guard let again = try? heap.parseJSON(text, limits: JSONLimits(depth: limits.depth)) else {
                throw FuzzFinding("what was written does not parse: \(String(decoding: text, as: UTF8.self))")
            }
            guard again == value, Value.compare(again, value) == 0 else {
                throw FuzzFinding("another value came back: \(String(decoding: text, as: UTF8.self))")
            }
            var twice: [UInt8] = []
            JSONWriter.write(again, options: options, to: &twice)
            guard twice == text else {
                throw FuzzFinding("writing is not stable: \(String(decoding: text, as: UTF8.self))")
            }
        }
        var canonical: [UInt8] = []
        guard (try? JSONWriter.canonical(value, to: &canonical)) != nil else { return }
        guard (try? heap.parseJSON(canonical, limits: JSONLimits(depth: limits.depth))) != nil else {
            throw FuzzFinding("the canonical form does not parse: \(String(decoding: canonical, as: UTF8.self))")
        }
    }
}
