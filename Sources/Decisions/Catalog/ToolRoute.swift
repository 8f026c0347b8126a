import RegoValues

/// One `http` entry of a tool's `match`.
struct ToolRoute: Sendable {
    let tool: String
    /// nil: any.
    let method: String?
    let host: HostPattern
    let path: PathPattern
    /// The same in lower case, and whether that is another one.
    let foldedPath: PathPattern
    let hasCase: Bool
    /// Position in the catalog, for ties.
    let order: Int

    init(tool: String, http: Value, order: Int) throws(CatalogError) {
        func text(_ name: StaticString) throws(CatalogError) -> String? {
            let value = http.lookup(name)
            guard !value.isUndefined, value.kind != .null else { return nil }
            guard let text = value.string, !text.isEmpty else {
                throw CatalogError("the tool `\(tool)`: `match.http.\(name)` is not a text")
            }
            return text
        }
        self.tool = tool
        self.order = order
        let method = try text("method")
        self.method = method == "*" ? nil : method?.uppercased()
        let hostText = try text("host") ?? "*"
        guard let host = HostPattern(hostText) else {
            throw CatalogError("the tool `\(tool)`: `\(hostText)` is not a host, `*.domain` or `*`")
        }
        self.host = host
        let pathText = try text("path") ?? "/**"
        guard let path = PathPattern(pathText) else {
            throw CatalogError("the tool `\(tool)`: `\(pathText)` is not a path pattern such as `/v1/accounts/{id}`")
        }
        self.path = path
        foldedPath = PathPattern(pathText.lowercased()) ?? path
        hasCase = foldedPath != path
    }

    func accepts(_ line: RequestLine) -> Bool {
        if let method, method != line.method { return false }
        return host.matches(line.host)
    }

    /// The more literal route stands first; of equals the one that was written first.
    static func precedes(_ a: ToolRoute, _ b: ToolRoute) -> Bool {
        if let isMore = a.path.isMoreLiteral(than: b.path) { return isMore }
        if a.host.rank != b.host.rank { return a.host.rank > b.host.rank }
        if (a.method != nil) != (b.method != nil) { return a.method != nil }
        return a.order < b.order
    }
}
