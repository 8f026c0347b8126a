/// Why a message did not arrive.
struct ChannelError: Error, Hashable, CustomStringConvertible {
    enum Remedy: Hashable {
        /// Try again, after a while of our own choosing.
        case retry
        /// Try again, but not before so many seconds.
        case wait(seconds: Int64)
        /// Another delivery comes first; look again soon.
        case later
        /// It will never arrive.
        case none
    }

    var message: String
    var remedy: Remedy

    init(_ message: String, _ remedy: Remedy = .retry) {
        self.message = message
        self.remedy = remedy
    }

    var description: String { message }
}
