internal import RegoValues

/// What must stand in a record that a query asks for. A line without it is none of those, whatever an index says of it; so a line that an
/// index leaves out is overlooked only where this agrees, and that costs a search for one text instead of reading the record.
struct SoughtText {
    /// The longest of the members that must be there, as canonical JSON has it; nil where no member is asked for.
    private let member: TextSearch?
    private let from: Int64?
    private let until: Int64?

    init(_ query: AuditQuery) {
        let members = [
            ("kind", query.kind), ("tenant", query.tenant), ("agent_id", query.agent), ("tool_name", query.tool),
            ("decision", query.decision), ("policy", query.policy), ("approval_id", query.approval),
            ("decision_id", query.decisionID), ("code", query.code), ("session_id", query.session),
            ("trace_id", query.trace),
        ]
        let texts = members.compactMap { name, value -> [UInt8]? in
            guard let value else { return nil }
            var text = Array("\"\(name)\":".utf8)
            text.append(quoted: value)
            return text
        }
        member = texts.max { $0.count < $1.count }.map(TextSearch.init)
        (from, until) = (query.from, query.until)
    }

    /// Whether the query may ask for the record on this line.
    func mayStand(in line: UnsafeBufferPointer<UInt8>) -> Bool {
        if let member, !member.isFound(in: line) { return false }
        guard from != nil || until != nil, let time = Self.time(of: line) else { return true }
        return from ?? .min <= time && time < until ?? .max
    }

    /// When a record was made; nil where that cannot be told without reading it.
    ///
    /// It is the last member of this name on the line: what stands behind it in a record are strings, in which a quote is escaped.
    static func time(of line: UnsafeBufferPointer<UInt8>) -> Int64? {
        let name: StaticString = "\"time\":\""
        let (before, length) = (name.utf8CodeUnitCount, 30)
        var place = line.count - before - length
        while place >= 0 {
            if line[place] == UInt8(ascii: "\""), line.holds(name, at: place..<place + before) {
                return Timestamp.read(UnsafeBufferPointer(rebasing: line[place + before..<place + before + length]))
            }
            place -= 1
        }
        return nil
    }
}

/// A text to be looked for in many others.
/// Source: R. N. Horspool, Practical fast searching in strings, 1980.
struct TextSearch {
    private let text: [UInt8]
    /// By the byte under the text's end, how far the text can be moved on.
    private let steps: [Int]

    /// - Parameter text: not empty.
    init(_ text: [UInt8]) {
        self.text = text
        var steps = [Int](repeating: text.count, count: 256)
        for (place, byte) in text.enumerated().dropLast() { steps[Int(byte)] = text.count - 1 - place }
        self.steps = steps
    }

    func isFound(in line: UnsafeBufferPointer<UInt8>) -> Bool {
        text.withUnsafeBufferPointer { text in
            steps.withUnsafeBufferPointer { steps in
                guard let last = text.last else { return true }
                var end = text.count - 1
                while end < line.count {
                    let byte = line[end]
                    if byte == last {
                        let start = end - text.count + 1
                        if text.indices.allSatisfy({ text[$0] == line[start + $0] }) { return true }
                    }
                    end += steps[Int(byte)]
                }
                return false
            }
        }
    }
}
