/// One stretch of text that a detector found.
struct Find: Equatable {
    var range: Range<Int>
    /// The detector's place in the order that decides between finds.
    var detector: Int
    /// Everything that this find took in, itself included, for the strictest form of them all.
    var covers: UInt64

    init(range: Range<Int>, detector: Int) {
        self.range = range
        self.detector = detector
        covers = 1 << UInt64(detector)
    }

    /// Finds that do not overlap, in the order of the text. Of finds that share text the one that begins first keeps it, of
    /// those the longest, of those the first detector's; what sticks out behind goes with it.
    static func resolve(_ finds: inout [Find]) {
        guard finds.count > 1 else { return }
        finds.sort { a, b in
            if a.range.lowerBound != b.range.lowerBound { return a.range.lowerBound < b.range.lowerBound }
            if a.range.upperBound != b.range.upperBound { return a.range.upperBound > b.range.upperBound }
            return a.detector < b.detector
        }
        var kept = 0
        for next in 1..<finds.count {
            let find = finds[next]
            if find.range.lowerBound < finds[kept].range.upperBound {
                let end = max(find.range.upperBound, finds[kept].range.upperBound)
                finds[kept].range = finds[kept].range.lowerBound..<end
                finds[kept].covers |= find.covers
            } else {
                kept += 1
                finds[kept] = find
            }
        }
        finds.removeSubrange((kept + 1)...)
    }
}
