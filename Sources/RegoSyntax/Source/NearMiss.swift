/// Finds the known word that somebody most likely meant; every "did you mean" comes from here.
public enum NearMiss {
    /// The candidate closest to `word`, letter case aside; nil when none is near: about a third of the letters may
    /// differ, one in short words, and never all. `word` itself is no candidate. The first wins a tie.
    public static func of(_ word: String, among candidates: some Sequence<String>) -> String? {
        let written = Array(word.lowercased().unicodeScalars)
        guard !written.isEmpty, written.count <= maximumLength else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in candidates where candidate != word {
            let known = Array(candidate.lowercased().unicodeScalars)
            let longer = max(written.count, known.count)
            let isShort = min(written.count, known.count) < 4
            let tolerance = min(isShort ? 1 : max(1, (longer + 1) / 3), longer - 1)
            guard known.count <= maximumLength, abs(known.count - written.count) <= tolerance else { continue }
            let distance = distance(written, known)
            if distance <= tolerance, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// As a diagnostic's fix: ``did you mean `name`?``
    public static func fix(_ word: String, among candidates: some Sequence<String>) -> String? {
        of(word, among: candidates).map { "did you mean `\($0)`?" }
    }

    /// Longer words are never compared, so that hostile sources cost nothing.
    private static let maximumLength = 64

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
