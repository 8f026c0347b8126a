import Approvals
public import AuditTrail
import Crypto
import MerkleLog
public import RegoValues

/// The plain form of a sealed input: what a decision was evaluated over, and what it needs to be evaluated again.
///
///     {"decision_id":"…","facts":{…},"input":{…},"salt":"HEX","schema":1}
///
/// `input` is what the policies saw, number for number (`now` is in nanoseconds). Where they were not asked it is null, and
/// `parameters` says what the call was about; `result` is there where it was about a tool's answer.
public struct EvaluatedInput {
    public let decisionID: DecisionID
    public let salt: InputCommitment
    /// Nil where the decision fell before its policies were asked.
    public let input: Value?
    /// What the record's `parameters_digest` is about.
    public let committed: Value
    /// Whether that is a tool's answer.
    public let isResult: Bool
    public let facts: StateFacts
    /// What the values live in.
    let heap: Heap
    // Hexadecimal SHA-256 of the plain form.
    private let digest: String

    /// The plain form of what a record is about; nil for one that commits to nothing.
    static func plain(_ record: DecisionRecord, salt: InputCommitment) -> [UInt8]? {
        guard let committed = record.committed else { return nil }
        var json = JSONText(capacity: 2048)
        json.object { json in
            json.field("decision_id", record.answer.id.description)
            json.key("facts")
            record.facts.write(to: &json)
            json.key("input")
            if let input = record.input { write(input, to: &json) } else { json.null() }
            if record.result != nil {
                json.key("result")
                write(committed, to: &json)
            } else if record.input == nil {
                json.key("parameters")
                write(committed, to: &json)
            }
            json.field("salt", salt.hexadecimalSalt)
            json.field("schema", 1)
        }
        return json.bytes
    }

    private static func write(_ value: Value, to json: inout JSONText) {
        json.raw { JSONWriter.write(value, to: &$0) }
    }

    /// Reads the plain form.
    /// - Throws: ``ReplayError`` `.malformed`.
    public init(_ plain: [UInt8]) throws(ReplayError) {
        heap = Heap()
        let root: Value
        do { root = try heap.parseJSON(plain, limits: .document) } catch {
            throw ReplayError(.malformed, "the sealed input is not JSON: \(error)")
        }
        guard root.lookup("schema").int64 == 1,
            let id = root.lookup("decision_id").string.flatMap(DecisionID.init(parsing:)),
            let salt = root.lookup("salt").string.flatMap(InputCommitment.init(hexadecimal:)),
            let facts = StateFacts(root.lookup("facts"))
        else { throw ReplayError(.malformed, "the sealed input lacks its schema, decision, salt or facts") }
        let (input, result) = (root.lookup("input"), root.lookup("result"))
        guard input.kind == .object || input.kind == .null else {
            throw ReplayError(.malformed, "the sealed input's `input` is no object")
        }
        decisionID = id
        digest = Hex.encode(SHA256.hash(data: plain))
        self.salt = salt
        self.facts = facts
        self.input = input.kind == .object ? input : nil
        isResult = !result.isUndefined
        committed =
            isResult ? result : input.kind == .object ? input.lookup("params") : root.lookup("parameters")
    }

    /// How much of an input its record commits to.
    public enum Binding: Sendable, Hashable {
        /// All of it: `input_digest`.
        case whole
        /// The parameters, or the tool's answer: `parameters_digest` alone, in records of older programs.
        case parameters
    }

    /// - Returns: nil where this is not the input that the record commits to.
    public func binding(in record: AuditRecordLine) -> Binding? {
        guard record["decision_id"] == decisionID.description, let parameters = record["parameters_digest"],
            opens(parameters)
        else { return nil }
        guard let whole = record["input_digest"] else { return .parameters }
        return salt.commitment(to: digest) == whole ? .whole : nil
    }

    /// Whether this salt and these values open what the record commits to.
    private func opens(_ parametersDigest: String) -> Bool {
        var canonical: [UInt8] = []
        guard !committed.isUndefined, (try? JSONWriter.canonical(committed, to: &canonical)) != nil else {
            return false
        }
        return salt.commitment(to: Hex.encode(SHA256.hash(data: canonical))) == parametersDigest
    }
}
