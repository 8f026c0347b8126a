/// A secret that is shown once: where it cannot be, it holds all the same, and somebody has to do away with it.
enum ShownSecret {
    static func show(_ text: String, fix: String) throws {
        do { try Output.attempt(text + "\n") } catch {
            throw CommandFailure("the key holds, but its secret could not be shown: \(error)", fix: fix)
        }
    }
}
