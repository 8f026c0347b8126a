/// An immutable value with the memory that it lives in, for policy data and constants.
///
/// Unchecked Sendable: nothing writes to the heap after `init`, and all reads are of plain memory.
public final class Document: @unchecked Sendable {
    private let heap: Heap
    /// Valid only while the document lives: keep the document as long as the value, or anything in it, is used.
    public let root: Value

    /// Reads JSON.
    /// - Throws: ``JSONError`` for what is not strict RFC 8259 within the limits.
    public init(json: some Sequence<UInt8>, limits: JSONLimits = .document) throws(JSONError) {
        let heap = Heap(limit: .max, buildsIndexes: true)
        let bytes = Array(json)
        self.root = try heap.parseJSON(bytes, limits: limits)
        self.heap = heap
    }

    /// Copies a value out of another heap.
    public init(copying value: Value) {
        let heap = Heap(limit: .max, buildsIndexes: true)
        self.root = heap.copy(value)
        self.heap = heap
    }

    /// Builds a value in the document's own heap; what `build` keeps of the heap must not outlive the call.
    public init<E: Error>(building build: (Heap) throws(E) -> Value) throws(E) {
        let heap = Heap(limit: .max, buildsIndexes: true)
        self.root = try build(heap)
        self.heap = heap
    }

    /// Bytes of memory that the document takes.
    public var byteCount: Int { heap.byteCount }
}
