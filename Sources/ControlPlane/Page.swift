import Approvals
import Decisions
import HTTPEndpoints
import Hummingbird

/// `?limit=100&after=NAME`: a piece of a list that is ordered by name.
struct Page: Sendable, Hashable {
    static let largest = 1000

    let limit: Int
    let after: String?

    init(_ request: Request) throws {
        limit = try request.number("limit", in: 1...Self.largest) ?? 100
        after = request.uri.queryParameters["after"].map(String.init)
    }

    /// The names of this page, and the one to go on after; nil where the list ends.
    func cut(_ sorted: [String]) -> (names: [String], next: String?) {
        let rest = sorted.drop { name in after.map { name <= $0 } ?? false }
        let names = Array(rest.prefix(limit))
        return (names, rest.count > limit ? names.last : nil)
    }

    static let parameters: [Operation.Parameter] = [
        .init("limit", in: .query, .integer(1...largest), "How many; 100 where absent."),
        .init("after", in: .query, .text(), "`next` of the page before."),
    ]

    /// The answer's schema: a list under `name`, and where it goes on.
    static func schema(_ name: String, of element: Schema) -> Schema {
        .object([
            .init(name, .list(element)),
            .init("next", .nullable(.text()), "`after` of the next page; null at the end."),
        ])
    }
}

extension Request {
    /// A whole number of the query; nil where it is absent.
    func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let number = Int(text), range.contains(number), String(number) == text else {
            throw AdmissionError.malformed(
                "`\(name)` is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A text of the query, 1 to 256 bytes; nil where it is absent. An empty one is no wish for everything: a query that lost its
    /// value must not widen.
    func word(_ name: String) throws -> String? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard (1...256).contains(text.utf8.count) else {
            throw AdmissionError.malformed("`\(name)` is empty, or over 256 bytes")
        }
        return String(text)
    }

    /// One of some words of the query.
    func choice(_ name: String, of choices: [String]) throws -> String? {
        guard let word = try word(name) else { return nil }
        guard choices.contains(word) else {
            throw AdmissionError.malformed("`\(name)` is none of \(choices.joined(separator: ", "))")
        }
        return word
    }

    /// A time of the query, RFC 3339 in UTC.
    func time(_ name: String) throws -> Timestamp? {
        guard let word = try word(name) else { return nil }
        guard let time = Timestamp(parsing: word) else {
            throw AdmissionError.malformed("`\(name)` is not a time such as 2026-11-01T00:00:00Z")
        }
        return time
    }
}

extension Operation.Parameter {
    static let tenant = Operation.Parameter(
        "tenant", in: .path, .pattern("^[a-z0-9][a-z0-9_-]{0,62}$"), "The tenant.")
}
