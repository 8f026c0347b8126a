/// The memory of one evaluation or document: a bump arena that frees everything at once.
///
/// One owner at a time; not thread-safe. Values made here are valid until ``reset()`` or the heap's end. The limit is
/// soft: crossing it sets ``isExhausted``, which evaluation polls, while allocations still succeed.
public final class Heap {
    private var cursor: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer
    private var first: UnsafeMutableRawPointer
    private var firstSize = Heap.smallestChunk
    private var extra: [UnsafeMutableRawPointer] = []
    private var nextChunk: Int
    private var retired = 0
    private let limit: Int
    /// Whether large objects and sets made here get a hash index; documents do, evaluations do not.
    let buildsIndexes: Bool
    var scratch = ParseStack()

    private static let smallestChunk = 32 << 10
    private static let largestKept = 1 << 20
    private static let largestChunk = 4 << 20

    /// True once more than the limit has been asked for, until ``reset()``.
    public private(set) var isExhausted = false

    /// - Parameter limit: bytes after which the heap says that it is exhausted.
    public convenience init(limit: Int = 64 << 20) { self.init(limit: limit, buildsIndexes: false) }

    init(limit: Int, buildsIndexes: Bool) {
        self.limit = limit
        self.buildsIndexes = buildsIndexes
        first = .allocate(byteCount: Heap.smallestChunk, alignment: 16)
        cursor = first
        end = first + Heap.smallestChunk
        nextChunk = Heap.smallestChunk * 2
    }

    deinit {
        scratch.free()
        for chunk in extra { chunk.deallocate() }
        first.deallocate()
    }

    /// Frees all but one chunk, which grows up to what was needed before (at most 1 MiB), so that one evaluation after
    /// the other needs no memory from the system. Every value made before is invalid from here on.
    public func reset() {
        if !extra.isEmpty {
            for chunk in extra { chunk.deallocate() }
            extra.removeAll(keepingCapacity: true)
            let wanted = min(Heap.largestKept, byteCountBeforeReset)
            if wanted > firstSize {
                first.deallocate()
                firstSize = max(wanted, min(firstSize * 2, Heap.largestKept))
                first = .allocate(byteCount: firstSize, alignment: 16)
            }
            nextChunk = firstSize * 2
            retired = 0
        }
        cursor = first
        end = first + firstSize
        isExhausted = false
    }

    private var byteCountBeforeReset: Int { (retired + lastSize + 15) & ~15 }

    /// Bytes in use, unused ends of chunks included.
    public var byteCount: Int { retired + (currentSize - (end - cursor)) }

    private var currentSize: Int { extra.isEmpty ? firstSize : lastSize }
    private var lastSize = 0

    /// Bytes left until the limit.
    public var freeBytes: Int { isExhausted ? 0 : limit - min(limit, byteCount) }

    /// Whether `bytes` more would stay within the limit; ask before building something large from something small.
    public func hasRoom(for bytes: Int) -> Bool { bytes <= freeBytes }

    /// Uninitialized memory, aligned to 16 bytes.
    @inline(__always)
    func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        let rounded = (bytes + 15) & ~15
        if rounded <= end - cursor {
            let result = cursor
            cursor += rounded
            return result
        }
        return allocateChunk(rounded)
    }

    @inline(never)
    private func allocateChunk(_ bytes: Int) -> UnsafeMutableRawPointer {
        retired += currentSize
        lastSize = max(nextChunk, bytes)
        if nextChunk < Heap.largestChunk { nextChunk *= 2 }
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: lastSize, alignment: 16)
        extra.append(chunk)
        cursor = chunk + bytes
        end = chunk + lastSize
        if retired + bytes > limit { isExhausted = true }
        return chunk
    }

    /// Gives back the unused end of the last allocation.
    func shrinkLast(_ start: UnsafeMutableRawPointer, from bytes: Int, to used: Int) {
        if start + ((bytes + 15) & ~15) == cursor { cursor = start + ((used + 15) & ~15) }
    }
}
