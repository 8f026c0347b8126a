import Approvals
import ArgumentParser
import AuditTrail
import Decisions
import Foundation
import StateStoreSQLite

struct AuditErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract:
            "Erase what decisions were evaluated over, such as for a request under the GDPR. The trail stays whole.",
        discussion: """
            The sealed inputs of all decisions that match are overwritten, and with them the salts of their records' commitments: nobody can open
            those any more, or evaluate the decisions again. What the state store keeps of their answers for retries is overwritten, too: such a
            retry is refused from then on. What a running gateway has of answers in memory, of calls that spent nothing, it forgets within seconds:
            such a retry is decided anew. Records, chain and proofs do not change. What was erased, and why, becomes a
            record of kind `retention`. Works beside a running gateway. What is under a legal hold is left alone, and the command fails.

            EXAMPLES
              aegis audit erase --decision 01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c --reason "request 17"
              aegis audit erase --tenant acme --agent support-agent --before 2026-11-01T00:00:00Z --reason "request 18"
            """)

    @OptionGroup var data: DataDirectory

    @Option(help: "A decision's id; may be repeated.")
    var decision: [String] = []
    @Option(help: "Decisions of a tenant.")
    var tenant: String?
    @Option(help: "Decisions about an agent's calls.")
    var agent: String?
    @Option(help: "Decisions of a session.")
    var session: String?

    @Option(help: "Decisions before then, RFC 3339 in UTC.")
    var before: String?

    @Option(help: "Why; it stands in the record, so it must not name the person.")
    var reason: String

    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard !reason.allSatisfy(\.isWhitespace) else { throw ValidationError("--reason says nothing") }
        guard !decision.isEmpty || tenant != nil || agent != nil || session != nil || before != nil else {
            throw ValidationError("say what to erase: --decision, --tenant, --agent, --session or --before")
        }
    }

    func run() async throws {
        let book = HoldBook(data)
        let holds = try book.read()
        var doomed: [String: SealedInputReader.Doomed] = [:]
        var (held, matching) = (0, 0)
        var inputs: SealedInputReader
        let kept = try await answersKept()
        var answered: [String: [DecisionID]] = [:]
        do {
            var names: [String: [InputName]] = [:]
            let search = try AuditSearch(directory: data.audit.path, trustsIndexes: false)
            for query in try queries() {
                try search.run(query) { record in
                    matching += 1
                    guard let tenant = record["tenant"], let id = record["decision_id"] else { return true }
                    let input = record["input_ref"] == nil ? nil : InputName(decisionID: id)
                    let answer = DecisionID(parsing: id).flatMap { kept.contains($0) ? $0 : nil }
                    guard input != nil || answer != nil else {
                        // A running gateway may have an answer in memory, and hears of this by the tenant's record.
                        if mayBeRemembered(record) { answered[tenant, default: []] += [] }
                        return true
                    }
                    if holds.contains(where: { $0.query.matches(record) }) {
                        held += 1
                        return true
                    }
                    if let input { names[tenant, default: []].append(input) }
                    if let answer { answered[tenant, default: []].append(answer) }
                    return true
                }
            }
            inputs = try SealedInputReader(directory: data.inputs.path, key: try data.inputKey())
            for (tenant, names) in names.sorted(by: { $0.key < $1.key }) {
                let found = try inputs.doom(names)
                if found.count > 0 { doomed[tenant] = found }
            }
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
        // Looking for them takes its time, and somebody may have placed a hold meanwhile.
        var isDone = false
        try await book.unchanged(from: holds) {
            try await erase(doomed, inputs, answered)
            isDone = true
        }
        guard isDone else {
            throw CommandFailure(
                "a legal hold was placed or released meanwhile, so nothing was erased",
                fix: "run the same command again")
        }
        if matching == 0 {
            ErrorOutput.write("warning: no decision in the trail matches; look at the spelling of what was asked for")
        }
        let total = doomed.values.reduce(0) { $0 + $1.count }
        let answers = answered.values.reduce(0) { $0 + $1.count }
        if json {
            Output.json(["answers": answers, "erased": total, "held": held])
        } else {
            let also = answers == 0 ? "" : " and \(answers) answer\(answers == 1 ? "" : "s") kept for retries"
            Output.line("erased \(total) input\(total == 1 ? "" : "s")\(also)")
        }
        if held > 0 {
            throw CommandFailure(
                "\(held) of the decisions are under a legal hold and were left alone",
                fix: "see `aegis audit hold list`; release the hold, then erase again")
        }
    }

    private func erase(
        _ doomed: [String: SealedInputReader.Doomed], _ inputs: SealedInputReader, _ answered: [String: [DecisionID]]
    ) async throws {
        // The records first: nothing must be gone without a word. What a crash leaves in between is erased by the next run.
        try await TrailSpool(data: data).record(
            Set(doomed.keys).union(answered.keys).sorted().map { tenant in
                var detail = ["event": "erased", "inputs": "\(doomed[tenant]?.count ?? 0)", "reason": reason]
                if let answers = answered[tenant], !answers.isEmpty { detail["answers"] = "\(answers.count)" }
                detail["agent"] = agent
                detail["session"] = session
                detail["before"] = before
                if decision.count == 1 { detail["decision"] = decision[0] }
                return TrailSpool.Entry(
                    kind: "retention", tenant: tenant, time: Timestamp.current().nanoseconds, detail: detail)
            })
        do throws(AuditError) {
            for (_, found) in doomed.sorted(by: { $0.key < $1.key }) { try inputs.erase(found) }
        } catch {
            throw CommandFailure(
                "not everything was erased: \(error.message)", fix: "see to the disk, then run the same command again")
        }
        guard !answered.isEmpty else { return }
        try await data.withStateStore { _ = try await $0.eraseAnswers(of: answered.values.flatMap { $0 }) }
    }

    /// Those whose answers the state store keeps for retries.
    private func answersKept() async throws -> Set<DecisionID> {
        guard FileManager.default.fileExists(atPath: data.state.path) else { return [] }
        return try await data.withStateStore { try await $0.answered() }
    }

    private func mayBeRemembered(_ record: AuditRecordLine) -> Bool {
        guard record["idempotency_key"] != nil, let time = record["time"].flatMap(Timestamp.init(parsing:)) else {
            return false
        }
        return time.advanced(bySeconds: SpendOrder.IdempotencyClaim.life) > .current()
    }

    private func queries() throws -> [AuditQuery] {
        var query = AuditQuery()
        query.kind = "decision"
        query.tenant = tenant
        query.agent = agent
        query.session = session
        if let before {
            guard let time = Timestamp(parsing: before) else {
                throw CommandFailure("`\(before)` is no time", fix: "write it as 2026-11-23T15:20:25Z", exitCode: 2)
            }
            query.until = time.nanoseconds
        }
        return decision.isEmpty
            ? [query]
            : decision.map { id in
                var one = query
                one.decisionID = id
                return one
            }
    }
}
