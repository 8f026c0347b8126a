import AuditTrail
import Decisions
import PolicyBundles
import RegoValues

/// Evaluates the decisions of a pack again: the recorded policy version, the sealed input, the recorded answers of state.
struct PackReplay {
    private(set) var count = PackReport.ReplayCount()
    private var policies: [String: ActivePolicy] = [:]
    private enum Input {
        case kept([UInt8])
        /// Why it is not there.
        case gone(String)
    }

    // The inputs that stand before the records of the next chunk.
    private var inputs: [String: Input] = [:]
    private static let withoutPolicy = "no policy was asked"
    private static let delegated = "a delegation: no policy is asked about one"
    private static let removed = "its record was removed by retention"
    private static let maybeRemoved = "a record of unknown kind was removed by retention"

    /// Compiles a policy version. Evaluation has all the time it needs: the machine may be slower than the gateway was.
    /// - Throws: ``PackError`` `.replay`.
    mutating func learn(_ bundle: VerifiedBundle) throws(PackError) {
        do throws(PolicyError) {
            policies[bundle.policyVersion] = try ActivePolicy(bundle, deadline: .seconds(60))
        } catch {
            throw PackError(.replay, "`\(bundle.policyVersion)` cannot be evaluated again: \(error.message)")
        }
    }

    /// Takes a chunk of inputs, one a line; it takes the place of the one before.
    /// - Throws: ``PackError`` `.replay`.
    mutating func take(_ bytes: [UInt8], at name: String) throws(PackError) {
        inputs.removeAll(keepingCapacity: true)
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let document = try? Document(json: line), let id = document.root.lookup("decision_id").string else {
                throw PackError(.replay, "this is no sealed input", at: "\(name):\(number + 1)")
            }
            inputs[id] = withExtendedLifetime(document) {
                if document.root.lookup("expired") == .true { return .gone("the time that its input is kept was over") }
                return document.root.lookup("erased") == .true ? .gone("its input was erased") : .kept(Array(line))
            }
        }
    }

    /// Evaluates one decision again, if that can be done.
    /// - Throws: ``PackError`` `.replay` where the record says something else than evaluation does.
    mutating func check(_ facts: RecordFacts, _ line: [UInt8], at place: String) throws(PackError) {
        guard let version = facts.policyVersion, let policy = policies[version] else {
            return skip(Self.withoutPolicy)
        }
        let record = AuditRecordLine(bytes: line, place: AuditPlace(file: place, line: 1))
        let plain: [UInt8]
        switch inputs[facts.decisionID] {
        case .kept(let bytes): plain = bytes
        case .gone(let why): return skip(why)
        case nil: return skip(Self.whyAbsent(record))
        }
        let input: EvaluatedInput
        do throws(ReplayError) { input = try EvaluatedInput(plain) } catch {
            return try refuse(facts, error.message, at: place)
        }
        guard let binding = input.binding(in: record) else {
            return try refuse(facts, "its input does not open what the record commits to", at: place)
        }
        if let first = input.differences(from: record).first { return try refuse(facts, "\(first)", at: place) }
        let replayed: ReplayedDecision
        do throws(ReplayError) { replayed = try DecisionReplay().run(input, against: policy) } catch {
            if error.code == .notEvaluated { return skip(Self.withoutPolicy) }
            return try refuse(facts, error.message, at: place)
        }
        count.replayed += 1
        if binding == .parameters { count.boundByParameters += 1 }
        if let first = replayed.differences(from: record).first { try refuse(facts, "\(first)", at: place) }
    }

    /// Takes what is gone with its records: that can be evaluated no more, and is not looked for.
    mutating func skip(_ removed: RemovalCount) {
        if removed.decisions > 0 { count.notReplayable[Self.removed] = removed.decisions }
        if removed.ofUnknownKind > 0 { count.notReplayable[Self.maybeRemoved] = removed.ofUnknownKind }
    }

    /// - Throws: ``PackError`` `.replay` where there were decisions, and none of them could be evaluated again.
    func finish() throws(PackError) {
        let others = Set(count.notReplayable.keys).subtracting([
            Self.withoutPolicy, Self.delegated, Self.removed, Self.maybeRemoved,
        ])
        guard count.replayed == 0, !others.isEmpty else { return }
        throw PackError(
            .replay, "no decision could be evaluated again: \(count.reasons)", at: PackLayout.manifest,
            fix: "have the pack made with the inputs: aegis evidence build --with-inputs")
    }

    /// A record names the input that was kept of it, and commits to parameters once it is known what is called. Without either it fell
    /// before any policy was asked.
    private static func whyAbsent(_ record: AuditRecordLine) -> String {
        if record["input_ref"] != nil { return "its input is not in the pack" }
        if record["parameters_digest"] != nil { return "its input was never kept" }
        return record["tool_name"] == "aegis.delegate" ? delegated : withoutPolicy
    }

    private func refuse(_ facts: RecordFacts, _ what: String, at place: String) throws(PackError) {
        throw PackError(.replay, "record \(facts.index): \(what)", at: place)
    }

    private mutating func skip(_ reason: String) { count.notReplayable[reason, default: 0] += 1 }
}
