/// Why the state could not be read or changed. Every one of them turns a decision into a deny.
public struct StateStoreError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case open = "state.open"
        case newer = "state.newer"
        case notDurable = "state.not-durable"
        case overloaded = "state.overloaded"
        case corrupt = "state.corrupt"
        case write = "state.write"
        case damaged = "state.damaged"
    }

    public var code: Code
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// What whoever opens the store does about it.
    public var fix: String {
        switch code {
        case .newer: "run the version that wrote it, or go back to the copy of the data directory from before"
        default: "check the file and your rights to it"
        }
    }

    public var description: String { "\(message) [\(code.rawValue)]" }
}
