/// `HOST:PORT`, as an option has it.
struct TCPAddress: Sendable {
    let host: String
    let port: Int

    init(_ text: String, option: String) throws {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port), colon > text.startIndex
        else {
            throw CommandFailure(
                "\(option) `\(text)` is not HOST:PORT", fix: "write it as 127.0.0.1:8181", exitCode: 2)
        }
        host = String(text[..<colon])
        self.port = port
    }
}
