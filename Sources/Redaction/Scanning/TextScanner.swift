/// Goes over a text once, from left to right, and asks at each byte the few detectors that it may concern.
struct TextScanner {
    let table: DetectorTable
    let customs: CustomDetectors

    /// What the detectors of `mask` find in a text, in its order and without overlaps.
    /// - Parameter keyContexts: the ``ContextKind`` bits of the name that the text is the value of.
    func finds(in text: UnsafeBufferPointer<UInt8>, mask: UInt64, key: UnsafeBufferPointer<UInt8>, keyContexts: UInt8)
        -> [Find]
    {
        guard let base = text.baseAddress, !text.isEmpty else { return [] }
        if TextFolding.isASCII(text) {
            return finds(in: ScannedText(base: base, count: text.count), mask, key, keyContexts)
        }
        let folded = TextFolding.fold(text)
        return folded.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, !bytes.isEmpty else { return [] }
            var found = finds(in: ScannedText(base: base, count: bytes.count), mask, key, keyContexts)
            for index in found.indices { found[index].range = folded.original(found[index].range) }
            return found
        }
    }

    private func finds(
        in text: ScannedText, _ mask: UInt64, _ key: UnsafeBufferPointer<UInt8>, _ keyContexts: UInt8
    ) -> [Find] {
        var found: [Find] = []
        var markers: [Range<Int>] = []
        scan(text, mask, keyContexts, &found, &markers)
        customs.find(in: text, mask, key: key, markers: markers, into: &found)
        Find.resolve(&found)
        return found
    }

    private func scan(
        _ text: ScannedText, _ mask: UInt64, _ keyContexts: UInt8, _ found: inout [Find], _ markers: inout [Range<Int>]
    ) {
        let interest = mask | DetectorTable.contextBit | DetectorTable.markerBit
        let plain = mask & ~table.contextual
        let matchers = table.matchers
        let words = ContextWords.shared
        let base = text.base
        let wordStart = table.wordStart
        let anywhere = table.anywhere
        var contexts = Contexts(ofKey: keyContexts)
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { resume in
            resume.initialize(repeating: 0)
            var isInWord = false
            var place = 0
            while place < text.count {
                let byte = base[place]
                let triggers = (isInWord ? anywhere[Int(byte)] : wordStart[Int(byte)]) & interest
                isInWord = byte.isAlphanumeric
                if triggers != 0 {
                    if triggers & DetectorTable.markerBit != 0,
                        let end = RedactionMarker.end(in: text, at: place, names: customs.names)
                    {
                        markers.append(place..<end)
                        place = end
                        isInWord = false
                        continue
                    }
                    if triggers & DetectorTable.contextBit != 0, ContextWords.canBegin(in: text, at: place) {
                        let word = words.kinds(in: text, at: place)
                        if word.kinds != 0 { contexts.note(word.kinds, endingAt: word.end) }
                    }
                    var asked = triggers & (place <= contexts.end ? mask : plain)
                    while asked != 0 {
                        let index = asked.trailingZeroBitCount
                        asked &= asked - 1
                        guard place >= resume[index] else { continue }
                        switch matchers[index]._withUnsafeGuaranteedRef({ $0.match(text, at: place, contexts) }) {
                        case .nothing: continue
                        case .nothingBefore(let place): resume[index] = place
                        case .found(let range):
                            resume[index] = range.upperBound
                            found.append(Find(range: range, detector: index))
                        }
                    }
                }
                place += 1
            }
        }
    }
}
