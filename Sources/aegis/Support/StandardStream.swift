import Foundation

/// Stdin, stdout and stderr as the program was given them.
enum StandardStream {
    /// Why a stream took no more.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Opens in place of those that are closed something that gives and takes nothing. Else the next file that is opened has
    /// their number, and what is printed would go into it.
    static func occupy() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest number that is free. Nothing can be written to it, so that a result that goes nowhere is an error.
            _ = open("/dev/null", O_RDONLY)
        }
    }

    static func write(_ text: String, to descriptor: Int32) throws(Failure) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if written < 0, errno == EINTR { continue }
            if written < 0, errno == EAGAIN {
                // Whoever shares the pipe has asked not to be kept waiting; this program waits.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
                continue
            }
            guard written > 0 else { throw Failure(description: String(cString: strerror(errno))) }
            rest = rest.dropFirst(written)
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
