import NIOCore

/// What the kernel knows of a connection's bytes.
/// Source: tcp(7), TCP_INFO; `struct tcp_info` in linux/tcp.h, which only ever grows at its end.
enum TCPProgress {
    /// The first 160 bytes of `struct tcp_info`.
    private struct Information: Sendable {
        var words: InlineArray<40, UInt32> = .init(repeating: 0)
    }

    private static let tcpInfo: CInt = 11
    private static let unacknowledgedSegments = 6
    private static let unsentBytes = 36

    /// Whether everything that was handed to the system has been acknowledged by the other one's.
    static func isAllAcknowledged(on channel: any Channel) async throws -> Bool {
        guard let options = channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
        let information: Information = try await options.unsafeGetSocketOption(
            level: .tcp, name: .init(rawValue: tcpInfo)
        ).get()
        return information.words[unacknowledgedSegments] == 0 && information.words[unsentBytes] == 0
    }
}
