public import MerkleLog
public import RegoValues

/// What a decision's answer says of its record, to be held against the record itself.
///
/// Not in the record, so held against nothing: `parameters` and a tool's `result` (it commits to them under a salt), `delegation`,
/// the `url` and times of an approval, `labels`.
public struct DecisionReceiptCheck: Sendable {
    /// The record's log and place in it.
    public let log: String
    public let index: UInt64
    private let leafHash: MerkleHash
    private let told: [(field: String, value: String?)]
    // As canonical JSON; what is empty is in no record.
    private let lists: [(field: String, value: String)]

    /// - Parameter answer: the body of a decision's answer.
    /// - Throws: ``AuditError`` `.malformed`.
    public init(answer: Value) throws(AuditError) {
        let receipt = answer.lookup("receipt")
        guard receipt.kind == .object, let log = receipt.lookup("log").string,
            let index = receipt.lookup("index").int64.flatMap(UInt64.init(exactly:)),
            let leaf = receipt.lookup("leaf_hash").string.flatMap(MerkleHash.init(hex:))
        else { throw AuditError(.malformed, "the answer has no receipt with log, index and leaf_hash") }
        self.log = log
        self.index = index
        leafHash = leaf
        let reason = answer.lookup("decision_reason")
        told =
            [
                ("decision_id", answer.lookup("decision_id").string), ("decision", answer.lookup("decision").string),
                ("decision_reason.code", reason.lookup("code").string),
                ("decision_reason.policy", reason.lookup("policy").string),
                ("decision_reason.rule", reason.lookup("rule").string),
                ("policy_version", answer.lookup("policy_version").string),
                ("agent_id", answer.lookup("agent_id").string), ("tool_name", answer.lookup("tool_name").string),
            ] + Self.further(answer)
        lists = try Self.lists(answer)
    }

    /// What not every answer has.
    private static func further(_ answer: Value) -> [(String, String?)] {
        var told: [(String, String?)] = []
        func add(_ field: String, _ value: Value) {
            if !value.isUndefined { told.append((field, value.string)) }
        }
        add("decision_reason.message", answer.lookup("decision_reason").lookup("message"))
        if answer.lookup("dry_run") == .true {
            told.append(("mode", "dry_run"))
        } else {
            add("mode", answer.lookup("mode"))
        }
        let would = answer.lookup("would_decision")
        add("would_decision", would.kind == .object ? would.lookup("decision") : would)
        add("trace_id", answer.lookup("trace_id"))
        add("approval_id", answer.lookup("approval").lookup("approval_id"))
        return told
    }

    private static func lists(_ answer: Value) throws(AuditError) -> [(String, String)] {
        var lists: [(String, String)] = []
        for (field, value) in [
            ("redactions", answer.lookup("redactions")), ("limits", answer.lookup("limits")),
            ("decision_reason.also", answer.lookup("decision_reason").lookup("also")),
        ] where !value.elements.isEmpty || !value.entries.isEmpty {
            var json: [UInt8] = []
            do { try JSONWriter.canonical(value, to: &json) } catch {
                throw AuditError(.malformed, "`\(field)` of the answer has no canonical form")
            }
            lists.append((field, String(decoding: json, as: UTF8.self)))
        }
        return lists
    }

    /// Checks that the record which is proven is the answer's, and says the same.
    /// - Returns: the checkpoint that covers it.
    /// - Throws: ``AuditError`` `.damaged` saying what does not hold.
    public func verify(_ proof: InclusionProof, keys: [NoteVerifier]) throws(AuditError) -> Checkpoint {
        let checkpoint = try proof.verify(keys: keys)
        guard checkpoint.origin == log, proof.index == index else {
            throw AuditError(
                .damaged,
                "the receipt is for record \(index) of `\(log)`, the proof for record \(proof.index) of `\(checkpoint.origin)`"
            )
        }
        guard MerkleHash.leaf(proof.record) == leafHash else {
            throw AuditError(.damaged, "record \(index) of `\(log)` is not the one that the receipt was given for")
        }
        let record = AuditRecordLine(bytes: proof.record, place: AuditPlace(file: "", line: 1))
        for (field, value) in told + lists {
            let parts = field.split(separator: ".").map(String.init)
            let recorded = parts.count == 2 ? record[parts[0], parts[1]] : record[field]
            // What made the record too long stands there by its digest.
            if recorded?.hasPrefix(#"{"omitted_bytes":"#) == true { continue }
            guard recorded == value else {
                throw AuditError(
                    .damaged,
                    "the answer says `\(value ?? "nothing")` as `\(field)`, the record `\(recorded ?? "nothing")`")
            }
        }
        return checkpoint
    }
}
