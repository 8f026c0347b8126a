/// An immutable value with the memory that it lives in, for policy data and constants.
///
/// Unchecked Sendable: nothing writes to the heap after `init`, and all reads are of plain memory.
public final class Document: @unchecked Sendable {
    private let heap: Heap
    /// Valid only while the document lives: keep the document as long as the value, or anything in it, is used.
    public let root: Value

    /// Reads JSON.
    /// - Throws: ``JSONError`` for what is not strict RFC 8259 within the limits.
    public convenience init(json: some Sequence<UInt8>, limits: JSONLimits = .document) throws(JSONError) {
        try self.init(heap: Heap(limit: .max, buildsIndexes: true)) { heap throws(JSONError) in
            try heap.parseJSON(Array(json), limits: limits)
        }
    }

    /// Reads JSON of `byteCount` bytes that `fill` writes straight into the document's memory, so that a large file is never
    /// there twice. After a fault `fill` is called once more, to tell its line.
    /// - Throws: ``JSONError`` for what is not strict RFC 8259 within the limits, and what `fill` throws.
    public convenience init(
        jsonByteCount byteCount: Int, limits: JSONLimits = .document,
        fill: (UnsafeMutableBufferPointer<UInt8>) throws -> Void
    ) throws {
        try self.init(heap: Heap(limit: .max, buildsIndexes: true)) { heap in
            try heap.parseJSON(count: byteCount, limits: limits, fill: fill)
        }
    }

    /// Copies a value out of another heap.
    public convenience init(copying value: Value) {
        self.init(heap: Heap(limit: .max, buildsIndexes: true)) { $0.copy(value) }
    }

    /// Builds a value in the document's own heap; what `build` keeps of the heap must not outlive the call.
    public convenience init<E: Error>(building build: (Heap) throws(E) -> Value) throws(E) {
        try self.init(heap: Heap(limit: .max, buildsIndexes: true), build)
    }

    private init<E: Error>(heap: Heap, _ build: (Heap) throws(E) -> Value) throws(E) {
        self.root = try build(heap)
        heap.freeScratch()
        self.heap = heap
    }

    /// Bytes of memory that the document takes.
    public var byteCount: Int { heap.byteCount }
}
