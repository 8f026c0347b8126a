#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// JSON lines on standard output. A pipe that nobody reads holds up nothing but this sink.
struct StandardOutputSink: EventSink {
    let limits = BatchLimits(events: 256, bytes: 1 << 20)

    private let format: EventFormat
    private let source: EventSource
    /// What a pipe that can be written at all takes without blocking.
    private static let atOnce = 4096

    init(format: EventFormat, source: EventSource) {
        self.format = format
        self.source = source
        // A reader that has gone is a failure like any other, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
    }

    func deliver(_ events: [SIEMEvent]) async throws(SinkFailure) -> [RefusedEvent] {
        let text = JSONLines.text(events, source, format)
        var written = 0
        while written < text.count {
            var target = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
            guard poll(&target, 1, 0) == 1, target.revents & Int16(POLLOUT) != 0 else {
                if target.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 {
                    throw SinkFailure("standard output is closed")
                }
                do { try await Task.sleep(for: .milliseconds(20)) } catch { throw SinkFailure("shutting down") }
                continue
            }
            let part = text[written..<min(text.count, written + Self.atOnce)]
            let count = part.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR || errno == EAGAIN else {
                throw SinkFailure("standard output cannot be written: \(FileFailure().reason)")
            }
            written += max(0, count)
        }
        return []
    }

    func close() async {}
}
