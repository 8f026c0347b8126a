/// Names with counts, the longest bar the full width.
struct BarList {
    let title: String
    let rows: [(name: String, count: Int)]

    var html: HTML {
        guard !rows.isEmpty else { return "" }
        let most = rows.map(\.count).max() ?? 1
        let items: [HTML] = rows.map { row in
            """
            <li><span class="name">\(row.name)</span><span class="track"><i style="width:\
            \(at: 100 * Double(row.count) / Double(max(most, 1)))%"></i></span><span class="count">\(row.count)</span></li>
            """
        }
        return "<figure class=\"bars\"><figcaption>\(title)</figcaption><ul>\(items)</ul></figure>"
    }
}
