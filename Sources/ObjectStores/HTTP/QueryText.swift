/// Names and values of a query or of a form.
enum QueryText {
    /// Every byte but the unreserved ones of RFC 3986 is encoded; sorted by name and then value, as S3 signs it.
    static func encoded(_ query: [(name: String, value: String)]) -> String {
        query.map { item in
            (
                ObjectKey.escaped(item.name, keepingSlashes: false),
                ObjectKey.escaped(item.value, keepingSlashes: false)
            )
        }
        .sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }
}
