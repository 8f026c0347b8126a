/// What makes a parse function give up. A reference, so that throwing costs no room in each frame.
struct SyntaxError: Error {
    private final class Storage: Sendable {
        let diagnostic: Diagnostic
        init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
    }

    private let storage: Storage
    var diagnostic: Diagnostic { storage.diagnostic }

    init(_ diagnostic: Diagnostic) { storage = Storage(diagnostic) }
}
