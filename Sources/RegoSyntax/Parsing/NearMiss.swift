/// Finds the word that an author probably meant.
enum NearMiss {
    /// The candidate that differs from `word` by at most one letter in short words and two in longer ones.
    static func of(_ word: String, among candidates: [String]) -> String? {
        candidates.first { candidate in
            candidate != word && distance(word, candidate) <= (candidate.utf8.count > 4 ? 2 : 1)
        }
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8)
        let b = Array(b.utf8)
        guard a.count < 32, b.count < 32 else { return 32 }
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
