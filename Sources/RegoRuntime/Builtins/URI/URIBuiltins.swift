import RegoValues

/// URLs and relative references in their parts.
enum URIBuiltins {
    static let family: Builtins.Family = [.init("uri.parse", parse), .init("uri.is_valid", isValid)]

    /// The parts that are not empty.
    static func parse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let url: URLText
        let text = try a.text(0)
        do throws(URLError) {
            url = try URLText(text)
        } catch {
            throw .failure(error.message)
        }
        let (host, port) = url.hostAndPort
        let rawPath = url.rawPath.isEmpty ? url.path : url.rawPath
        let parts: [(StaticString, String)] = [
            ("scheme", url.scheme), ("hostname", host), ("port", port), ("path", url.path), ("raw_path", rawPath),
            ("raw_query", url.rawQuery), ("fragment", url.fragment),
        ]
        return context.heap.object(
            parts.filter { !$0.1.isEmpty }.map { (.string($0.0), context.heap.string($0.1)) })
    }

    /// False for the empty string, which is a valid reference that no policy means.
    static func isValid(_ a: Arguments, _ context: BuiltinContext) -> Value {
        guard a[0].kind == .string, !a[0].utf8.isEmpty else { return .false }
        return .boolean((try? URLText(String(decoding: a[0].utf8, as: UTF8.self))) != nil)
    }
}
