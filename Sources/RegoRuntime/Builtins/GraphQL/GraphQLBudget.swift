extension GraphQL {
    /// How much work the validation of one document may be. Fragments that spread fragments can make it exponential.
    final class Budget {
        private let context: BuiltinContext
        private var steps = 0
        private var depth = 0

        /// Steps after which a document is refused.
        static let limit = 2_000_000

        init(_ context: BuiltinContext) { self.context = context }

        func spend(_ count: Int = 1) throws(BuiltinError) {
            let before = steps
            steps += count
            if steps > Budget.limit { throw .failure("GraphQL document takes too much work to validate") }
            if before >> 12 != steps >> 12 { try context.checkLimits() }
        }

        /// One step, one level deeper.
        func nested(_ body: () throws(BuiltinError) -> Void) throws(BuiltinError) {
            try spend()
            depth += 1
            defer { depth -= 1 }
            guard depth <= depthLimit else {
                throw .failure("GraphQL document is nested more than \(depthLimit) levels deep")
            }
            try body()
        }
    }
}
