import RegoValues

/// One `http` entry of a tool's `match`.
struct ToolRoute: Sendable {
    let tool: String
    /// nil: any.
    let method: String?
    let host: Glob?
    /// The host where it is literal, lowercase.
    let exactHost: String?
    let path: PathPattern
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
        // A `*` within a name stands for one label of it; alone it is every host, as it is every method.
        let written = try text("host")?.lowercased()
        let host = written == "*" ? nil : written
        let glob = host.map { Glob($0, separator: UInt8(ascii: ".")) }
        exactHost = glob?.isLiteral == true ? host : nil
        self.host = exactHost == nil ? glob : nil
        let pathText = try text("path") ?? "/**"
        guard let path = PathPattern(pathText) else {
            throw CatalogError("the tool `\(tool)`: `\(pathText)` is not a path pattern such as `/v1/accounts/{id}`")
        }
        self.path = path
    }

    func accepts(_ line: RequestLine) -> Bool {
        if let method, method != line.method { return false }
        if let exactHost { return exactHost == line.host }
        return host?.matches(line.host.utf8) ?? true
    }

    /// The more literal route stands first; of equals the one that was written first.
    static func precedes(_ a: ToolRoute, _ b: ToolRoute) -> Bool {
        if let isMore = a.path.isMoreLiteral(than: b.path) { return isMore }
        if (a.exactHost != nil) != (b.exactHost != nil) { return a.exactHost != nil }
        if (a.host != nil) != (b.host != nil) { return a.host != nil }
        if (a.method != nil) != (b.method != nil) { return a.method != nil }
        return a.order < b.order
    }
}
