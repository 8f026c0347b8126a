import FoundationEssentials

/// The address of a store, taken apart: `SCHEME://CONTAINER/PREFIX?OPTION=VALUE`.
public struct StoreAddress: Sendable, Hashable {
    public enum Scheme: String, Sendable, CaseIterable {
        case file
        case s3
        case gs
    }

    public let text: String
    public let scheme: Scheme
    /// The bucket; empty for a folder.
    let container: String
    /// The folder's path, or what all keys in the bucket begin with.
    let prefix: String
    let options: [String: String]

    /// - Throws: `.addressInvalid`.
    public init(_ text: String) throws(ObjectStoreError) {
        self.text = text
        func invalid(_ message: String) -> ObjectStoreError { Self.invalid(text, message) }
        guard let colon = text.firstRange(of: "://"), let scheme = Scheme(rawValue: String(text[..<colon.lowerBound]))
        else {
            throw invalid("this is no address of a store")
        }
        self.scheme = scheme
        let rest = text[colon.upperBound...]
        let question = rest.firstIndex(of: "?") ?? rest.endIndex
        let slash = rest[..<question].firstIndex(of: "/") ?? question
        container = String(rest[..<slash])
        guard let path = ObjectKey.unescaped(rest[slash..<question]) else {
            throw invalid("the path is not percent-encoded UTF-8")
        }
        switch scheme {
        case .file:
            guard container.isEmpty || container == "localhost", path.hasPrefix("/") else {
                throw invalid("a folder is written file:///PATH, with three slashes")
            }
            prefix = path
        case .s3, .gs:
            prefix = path.split(separator: "/").joined(separator: "/")
            if !prefix.isEmpty {
                do { try ObjectKey.check(prefix, in: text) } catch { throw invalid(error.message) }
            }
        }
        var options: [String: String] = [:]
        for pair in rest[question...].dropFirst().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = ObjectKey.unescaped(parts[0]), let value = ObjectKey.unescaped(parts[1]),
                !name.isEmpty, !value.isEmpty, options.updateValue(value, forKey: name) == nil
            else { throw invalid("`\(pair)` is no OPTION=VALUE, or stands there twice") }
        }
        self.options = options
    }

    func checkOptions(_ known: [String]) throws(ObjectStoreError) {
        for name in options.keys.sorted() where !known.contains(name) {
            let list = known.isEmpty ? "it takes none" : "known are \(known.joined(separator: ", "))"
            throw invalid("the option `\(name)` is unknown; \(list)")
        }
    }

    /// `https://HOST[:PORT]`, or http.
    func checkedEndpoint(_ endpoint: String) throws(ObjectStoreError) -> String {
        guard let url = URL(string: endpoint), ["http", "https"].contains(url.scheme), let host = url.host(),
            !host.isEmpty,
            url.path().isEmpty || url.path() == "/", url.query == nil, url.user == nil
        else { throw invalid("the endpoint `\(endpoint)` is not https://HOST[:PORT]") }
        return endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    }

    func invalid(_ message: String) -> ObjectStoreError { Self.invalid(text, message) }

    private static func invalid(_ text: String, _ message: String) -> ObjectStoreError {
        ObjectStoreError(
            .addressInvalid, message, location: text,
            fix: "write it as file:///var/lib/bundles, s3://BUCKET/PREFIX?region=REGION or gs://BUCKET/PREFIX")
    }
}
