/// GraphQL documents (October 2021), read and judged the way OPA's library does.
enum GraphQL {
    /// How deep selections, values and types may nest, and how long a chain of fragments may be.
    static let depthLimit = 200

    /// A place in a document; the column counts code points from 1.
    struct Position: Equatable, Sendable {
        var line: Int
        var column: Int
    }

    /// Why a document is refused.
    struct Failure: Error, Equatable {
        let message: String
        /// Nil for a document that was not written as text.
        let position: Position?

        /// `input:LINE:COLUMN: MESSAGE`.
        var located: String {
            guard let position else { return "input: \(message)" }
            return "input:\(position.line):\(position.column): \(message)"
        }

        /// One text for a list of failures: all of them, after the first one's place.
        static func report(_ failures: [Failure], isList: Bool) -> String {
            let full = failures.map { $0.located + (isList ? "\n" : "") }.joined()
            guard let first = failures.first, let place = first.position, place.line >= 0, place.column >= 0 else {
                return "GraphQL parse error: \(full)"
            }
            var text = Substring(full.dropFirst("input:\(place.line):\(place.column):".count).drop { $0 == " " })
            if text.hasSuffix(".\n") { text = text.dropLast(2) }
            return "\(text) in GraphQL string at location \(place.line):\(place.column)"
        }
    }
}
