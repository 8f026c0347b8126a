import Approvals
import Decisions
import HummingbirdCore
import RegoValues

/// `?status=pending,approved&limit=100`.
struct ApprovalQuery: Equatable {
    /// Empty means all.
    var states: Set<Approval.State> = []
    var limit = 100

    init(_ parameters: FlatDictionary<Substring, Substring>) throws {
        for name in (parameters["status"] ?? "").split(separator: ",") where name != "all" {
            guard let state = Approval.State(rawValue: String(name)) else {
                let known = Approval.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdmissionError.malformed("`status` has an unknown state; known are \(known), all")
            }
            states.insert(state)
        }
        if let text = parameters["limit"] {
            guard let number = Int(text), (1...1000).contains(number) else {
                throw AdmissionError.malformed("`limit` is not a number from 1 to 1000")
            }
            limit = number
        }
    }
}

/// The body of a verdict: nothing, or `{"comment": "…"}`.
struct VerdictComment: Equatable {
    static let limit = 16 << 10

    var text: String?

    init(_ json: [UInt8]) throws {
        guard !json.isEmpty else { return }
        let heap = Heap()
        defer { withExtendedLifetime(heap) {} }
        let body: Value
        do {
            body = try json.withUnsafeBufferPointer { bytes throws(JSONError) in try heap.parseJSON(bytes) }
        } catch {
            throw AdmissionError.malformed("\(error)")
        }
        guard body.kind == .object, body.entries.allSatisfy({ $0.key.string == "comment" }) else {
            throw AdmissionError.malformed("a verdict's body is a JSON object with nothing but `comment`")
        }
        let comment = body.lookup("comment")
        guard comment.kind == .string || comment.kind == .null || comment.isUndefined else {
            throw AdmissionError.malformed("`comment` is not a string")
        }
        guard comment.string?.contains("\0") != true else {
            throw AdmissionError.malformed("`comment` holds a NUL character")
        }
        text = comment.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
