import RegoValues

extension SessionFacts {
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
