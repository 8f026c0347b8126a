/// Rewrites one text until nothing is found in it any more.
struct TextRedaction {
    let scanner: TextScanner
    let names: DetectorNames
    let writer: FindWriter

    /// Rewriting may move text together; what that makes is found in the next round. More rounds than this come from no text
    /// but one made for it, which is then hidden whole.
    private static let rounds = 8
    /// Fewer digits than any find among numbers has that no name speaks of: the usual amount costs nothing.
    private static let fewestDigits = 9

    /// The text and, for each find, its detector; nil where there is none.
    func redacted(
        _ text: UnsafeBufferPointer<UInt8>, _ active: ActiveForms, _ key: UnsafeBufferPointer<UInt8>, _ contexts: UInt8
    ) -> (bytes: [UInt8], found: [Int])? {
        let first = scanner.finds(in: text, mask: active.any, key: key, keyContexts: contexts)
        guard !first.isEmpty else { return nil }
        var detectors = first.map(\.detector)
        var bytes = rewritten(text, first) { active.form(of: $0.covers) }
        for _ in 1..<TextRedaction.rounds {
            let more = bytes.withUnsafeBufferPointer {
                scanner.finds(in: $0, mask: active.any, key: key, keyContexts: contexts)
            }
            if more.isEmpty { return (bytes, detectors) }
            detectors += more.map(\.detector)
            bytes = bytes.withUnsafeBufferPointer { rewritten($0, more) { _ in .redact } }
        }
        return (RedactionMarker.redacted(names.name(of: first[0].detector)), detectors)
    }

    /// The digits of a number, which are hidden as a whole wherever in them the find stands.
    func redactedNumber(
        _ digits: [UInt8], _ active: ActiveForms, _ key: UnsafeBufferPointer<UInt8>, _ contexts: UInt8
    ) -> (bytes: [UInt8], found: [Int])? {
        let hasOwn = active.any >> UInt64(Redactor.detectorNames.count) != 0
        guard digits.count >= TextRedaction.fewestDigits || contexts != 0 || hasOwn else { return nil }
        return digits.withUnsafeBufferPointer { text in
            let found = scanner.finds(in: text, mask: active.any, key: key, keyContexts: contexts)
            guard let first = found.first else { return nil }
            let covers = found.reduce(0) { $0 | $1.covers }
            var bytes: [UInt8] = []
            writer.write(text, detector: names.name(of: first.detector), form: active.form(of: covers), to: &bytes)
            return (bytes, [first.detector])
        }
    }

    /// A member's name as a record may show it: with everything hidden that any detector finds.
    func shown(_ name: UnsafeBufferPointer<UInt8>) -> String {
        var everything = ActiveForms()
        everything.add(names.all, .redact)
        let nobody = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        let hidden = redacted(name, everything, nobody, 0)?.bytes
        return hidden.map { String(decoding: $0, as: UTF8.self) } ?? String(decoding: name, as: UTF8.self)
    }

    private func rewritten(
        _ text: UnsafeBufferPointer<UInt8>, _ found: [Find], _ form: (Find) -> RedactionForm
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var place = 0
        for find in found {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[place..<find.range.lowerBound]))
            writer.write(
                UnsafeBufferPointer(rebasing: text[find.range]), detector: names.name(of: find.detector),
                form: form(find), to: &bytes)
            place = find.range.upperBound
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[place...]))
        return bytes
    }
}
