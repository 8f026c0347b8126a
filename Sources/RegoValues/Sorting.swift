/// Stable sorts over raw memory: insertion for a few, merging for many; nothing at all for what is sorted already.
enum Sorting {
    @inline(__always)
    static func keyOrder(_ a: Entry, _ b: Entry) -> Int {
        a.key.kind == .string && b.key.kind == .string
            ? Value.compareStrings(a.key, b.key) : Value.compare(a.key, b.key)
    }

    @inline(__always)
    static func isStrictlyAscending<T: BitwiseCopyable>(
        _ start: UnsafeMutablePointer<T>, _ count: Int, by order: (T, T) -> Int
    ) -> Bool {
        var position = 1
        while position < count {
            if order(start[position - 1], start[position]) >= 0 { return false }
            position += 1
        }
        return true
    }

    @inline(__always)
    static func stableSort<T: BitwiseCopyable>(_ start: UnsafeMutablePointer<T>, _ count: Int, by order: (T, T) -> Int)
    {
        if count <= 24 {
            insertionSort(start, count, by: order)
        } else {
            mergeSort(start, count, by: order)
        }
    }

    @inline(__always)
    private static func insertionSort<T: BitwiseCopyable>(
        _ start: UnsafeMutablePointer<T>, _ count: Int, by order: (T, T) -> Int
    ) {
        var position = 1
        while position < count {
            let item = start[position]
            var hole = position
            while hole > 0 && order(start[hole - 1], item) > 0 {
                start[hole] = start[hole - 1]
                hole -= 1
            }
            start[hole] = item
            position += 1
        }
    }

    private static func mergeSort<T: BitwiseCopyable>(
        _ start: UnsafeMutablePointer<T>, _ count: Int, by order: (T, T) -> Int
    ) {
        let spare = UnsafeMutablePointer<T>.allocate(capacity: count)
        defer { spare.deallocate() }
        let run = 16
        var low = 0
        while low < count {
            insertionSort(start + low, min(run, count - low), by: order)
            low += run
        }
        var (source, target) = (start, spare)
        var width = run
        while width < count {
            var low = 0
            while low < count {
                let (middle, high) = (min(low + width, count), min(low + 2 * width, count))
                var (left, right, out) = (low, middle, low)
                while out < high {
                    let takesLeft = left < middle && (right >= high || order(source[left], source[right]) <= 0)
                    (target + out).initialize(to: takesLeft ? source[left] : source[right])
                    if takesLeft { left += 1 } else { right += 1 }
                    out += 1
                }
                low += 2 * width
            }
            swap(&source, &target)
            width *= 2
        }
        if source != start { start.update(from: source, count: count) }
    }
}
