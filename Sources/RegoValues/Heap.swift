/// The memory of one evaluation or document: a bump arena that frees everything at once.
///
/// One owner at a time; not thread-safe. Values made here are valid until ``reset()`` or the heap's end. The limit is
/// soft: crossing it sets ``isExhausted``, which evaluation polls, while allocations still succeed.
public final class Heap {
    /// The free part of the current chunk. It is behind a pointer because a class's properties are checked for exclusive
    /// access each time.
    private struct Free {
        var cursor: UnsafeMutableRawPointer
        var end: UnsafeMutableRawPointer
    }

    private let free: UnsafeMutablePointer<Free>
    private var cursor: UnsafeMutableRawPointer {
        @inline(__always) get { free.pointee.cursor }
        @inline(__always) set { free.pointee.cursor = newValue }
    }
    private var end: UnsafeMutableRawPointer {
        @inline(__always) get { free.pointee.end }
        @inline(__always) set { free.pointee.end = newValue }
    }
    private var first: UnsafeMutableRawPointer
    private var firstSize = Heap.smallestChunk
    private var extra: [UnsafeMutableRawPointer] = []
    private var nextChunk: Int
    private var retired = 0
    private var limit: Int
    /// Whether large objects and sets made here get a hash index; documents do, evaluations do not.
    let buildsIndexes: Bool
    var scratch = ParseStack()
    private var kept: [AnyObject] = []

    private static let smallestChunk = 32 << 10
    private static let largestKept = 1 << 20
    private static let largestChunk = 4 << 20

    /// Whether more than the limit has been asked for, behind a pointer that a loop can look at for nothing; valid as long
    /// as the heap lives.
    public let exhaustion: UnsafePointer<Bool>
    private let exhaustionFlag: UnsafeMutablePointer<Bool>

    /// True once more than the limit has been asked for, until ``reset()``.
    public private(set) var isExhausted: Bool {
        get { exhaustionFlag.pointee }
        set { exhaustionFlag.pointee = newValue }
    }

    /// - Parameter limit: bytes after which the heap says that it is exhausted.
    public convenience init(limit: Int = 64 << 20) { self.init(limit: limit, buildsIndexes: false) }

    /// - Parameter buildsIndexes: whether large objects and sets get a hash index, which pays where they are asked more often than
    ///   they are made.
    public init(limit: Int, buildsIndexes: Bool) {
        self.limit = limit
        self.buildsIndexes = buildsIndexes
        exhaustionFlag = .allocate(capacity: 1)
        exhaustionFlag.initialize(to: false)
        exhaustion = UnsafePointer(exhaustionFlag)
        first = .allocate(byteCount: Heap.smallestChunk, alignment: 16)
        free = .allocate(capacity: 1)
        free.initialize(to: Free(cursor: first, end: first + Heap.smallestChunk))
        nextChunk = Heap.smallestChunk * 2
    }

    deinit {
        scratch.free()
        for chunk in extra { chunk.deallocate() }
        first.deallocate()
        exhaustionFlag.deallocate()
        free.deallocate()
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
        if !kept.isEmpty { kept.removeAll(keepingCapacity: true) }
    }

    /// Gives back what reading needed besides the values.
    func freeScratch() { scratch.free() }

    /// Keeps the owner of memory that values of this heap point into, until ``reset()``.
    public func keep(_ owner: AnyObject) {
        if kept.last !== owner { kept.append(owner) }
    }

    private var byteCountBeforeReset: Int { (retired + lastSize + 15) & ~15 }

    /// Bytes in use, unused ends of chunks included.
    public var byteCount: Int { retired + (currentSize - (end - cursor)) }

    private var currentSize: Int { extra.isEmpty ? firstSize : lastSize }
    private var lastSize = 0

    /// Bytes left until the limit.
    public var freeBytes: Int { isExhausted ? 0 : limit - min(limit, byteCount) }

    /// Lowers the limit to `bytes` more than what is in use, if it was above; returns the old one for ``restoreLimit(_:)``.
    public func narrowLimit(by bytes: Int) -> Int {
        let outer = limit
        let (sum, overflow) = byteCount.addingReportingOverflow(max(0, bytes))
        if !overflow { limit = min(limit, sum) }
        return outer
    }

    /// Takes a narrowed limit back; what broke only that one does not count from here on.
    public func restoreLimit(_ outer: Int) {
        if isExhausted, limit < outer, byteCount <= outer { isExhausted = false }
        limit = outer
    }

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
