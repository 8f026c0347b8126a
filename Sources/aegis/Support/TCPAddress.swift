import Foundation

/// `HOST:PORT`, as an option has it.
struct TCPAddress: Sendable {
    /// An IPv6 address stands in it without its brackets.
    let host: String
    let port: Int
    private let option: String

    init(_ text: String, option: String) throws {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port), colon > text.startIndex
        else {
            throw CommandFailure(
                "\(option) `\(text)` is not HOST:PORT", fix: "write it as 127.0.0.1:8181", exitCode: 2)
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.host = String(host)
        self.port = port
        self.option = option
    }

    init(host: String, port: Int, option: String) {
        self.host = host
        self.port = port
        self.option = option
    }

    /// Says what stands in the way of listening here, before anything else is begun.
    /// - Throws: ``CommandFailure`` that names the option.
    func checkFree() throws {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let info = found?.pointee else {
            throw CommandFailure(
                "\(option): `\(host)` is no address, and no name that is known here",
                fix: "write an address of this machine, such as 127.0.0.1:\(port)")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(info.ai_family, info.ai_socktype, info.ai_protocol)
        // What the system does not give for looking, the server will miss itself.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, info.ai_addr, info.ai_addrlen) != 0 else { return }
        let code = errno
        let fix =
            switch code {
            case EADDRINUSE: "give another port with \(option), or end what listens there"
            case EADDRNOTAVAIL: "give an address of this machine with \(option), such as 127.0.0.1:\(port)"
            case EACCES: "give a port above 1023 with \(option), or the right to lower ones"
            default: "give another address with \(option)"
            }
        throw CommandFailure("cannot listen on \(host) port \(port): \(String(cString: strerror(code)))", fix: fix)
    }
}
