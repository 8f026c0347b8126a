import NIOCore

/// Where the server listens. It speaks plain HTTP/2, so only this host can be let in: by a Unix socket, whose file
/// permissions say who may connect, or by a loopback address.
public enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    case loopback(host: String = "127.0.0.1", port: Int)
    case unixSocket(path: String)

    /// Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`.
    public init(_ text: String) throws(AddressError) {
        if text.hasPrefix("unix:") {
            self = .unixSocket(path: String(text.dropFirst("unix:".count)))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw AddressError(
                address: text, problem: "has no port",
                fix: "write HOST:PORT, such as 127.0.0.1:9191, or unix:PATH")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        }
        self = .loopback(host: host, port: Int(port))
    }

    public var description: String {
        switch self {
        case .loopback(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unixSocket(let path): "unix:\(path)"
        }
    }

    /// - Throws: ``AddressError`` for a host that others can reach, and for a path that no socket can have.
    public func check() throws(AddressError) { _ = try resolved() }

    /// The socket address to bind to.
    /// - Throws: ``AddressError`` for a host that others can reach, and for a path that no socket can have.
    func resolved() throws(AddressError) -> SocketAddress {
        switch self {
        case .loopback(let host, let port):
            let name = host == "localhost" ? "127.0.0.1" : host
            guard let address = try? SocketAddress(ipAddress: name, port: port), Self.isLoopback(address) else {
                throw AddressError(
                    address: description, problem: "is not a loopback address, and this port has no encryption",
                    fix: "listen on 127.0.0.1, on [::1], or on a Unix socket (unix:PATH) beside Envoy")
            }
            return address
        case .unixSocket(let path):
            guard !path.isEmpty, let address = try? SocketAddress(unixDomainSocketPath: path) else {
                throw AddressError(
                    address: description, problem: "is not a path that a Unix socket can have",
                    fix: "use a path of 1 to 107 bytes")
            }
            return address
        }
    }

    private static func isLoopback(_ address: SocketAddress) -> Bool {
        switch address {
        case .v4: address.ipAddress?.hasPrefix("127.") ?? false
        case .v6: address.ipAddress == "::1"
        case .unixDomainSocket: false
        }
    }
}

/// An address that the server does not listen on.
public struct AddressError: Error, Equatable, CustomStringConvertible {
    public var address: String
    public var problem: String
    public var fix: String

    public var description: String { "`\(address)` \(problem)\nfix: \(fix)" }
}
