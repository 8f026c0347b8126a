import RegoValues

extension SessionFacts {
    /// What ``document(id:in:)`` tells, read back. Of places it tells those of each tool's last call; the others are in their order.
    init(document: Value) {
        labels = document.lookup("labels").elements.compactMap(\.string)
        calls = SessionFacts.count(document.lookup("calls"))
        for entry in document.lookup("tools").entries {
            guard let name = entry.key.string else { continue }
            let latest = document.lookup("latest").lookup(entry.key)
            tools[name] = Use(calls: SessionFacts.count(entry.value), latest: SessionFacts.count(latest))
        }
        let next = nextPlace
        let names = document.lookup("recent").elements.compactMap(\.string)
        recent = names.enumerated().map { Call(place: next - 1 - $0, tool: $1) }
    }

    /// Evidence from elsewhere may claim any number: none that adding one to would end the process.
    private static func count(_ value: Value) -> Int { Int(min(max(value.int64 ?? 0, 0), 1 << 53)) }

    /// Behind every call that there was.
    var nextPlace: Int { max(calls, tools.values.reduce(0) { max($0, $1.latest) }) + 1 }

    /// What policies see as `input.session`.
    func document(id: String?, in heap: Heap) -> Value {
        var counts: [(Value, Value)] = []
        var latest: [(Value, Value)] = []
        for (name, use) in tools {
            let tool = heap.string(name)
            counts.append((tool, .integer(use.calls)))
            latest.append((tool, .integer(use.latest)))
        }
        var members: [(Value, Value)] = [
            (.string("calls"), .integer(calls)), (.string("labels"), heap.array(labels.map(heap.string))),
            (.string("last"), heap.string(last)), (.string("latest"), heap.object(latest)),
            (.string("recent"), heap.array(recent.map { heap.string($0.tool) })),
            (.string("tools"), heap.object(counts)),
        ]
        if let id { members.append((.string("id"), heap.string(id))) }
        return heap.object(members)
    }
}
