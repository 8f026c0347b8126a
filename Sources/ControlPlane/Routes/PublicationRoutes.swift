import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import PolicyBundles
import PolicyImpact
import PolicyLifecycle
import SignedTokens

/// From an approved proposal to the store that gateways follow, and back: signed by a publisher's key elsewhere, or by this
/// server's own. Either way gateways count the approvals themselves.
struct PublicationRoutes: EndpointSet {
    let gate: AccessGate
    let steps: StepDesk
    /// nil where this server publishes to no store.
    let target: PublishingTarget?

    private static let answers: [Operation.Answer] = [
        .init(200, "It was published before.", .named("PolicyPublication")),
        .init(201, "It is published.", .named("PolicyPublication")), StepDesk.toSign,
    ]
    private static let problems = [404, 409, 429, 503]
    private static let acknowledgement = Schema.Field(
        "acknowledge_widening", .nullable(.boolean), required: false,
        "The change allows more than before, and that is meant.")

    static let publish = Operation(
        .post, "/v1/tenants/{tenant}/policy/publications", id: "publishPolicies", tag: "policy",
        access: .person(.publishPolicies),
        summary:
            "Builds, signs and publishes an approved proposal. What an attempt before left unfinished is finished first.",
        parameters: [.tenant],
        body: .object(
            [
                .init("proposal_id", .text(1...64)), acknowledgement,
                .init(
                    "emergency", .nullable(.text(1...4000)), required: false,
                    "Why it does not wait for reviews; only with a key of one's own that has the role."),
            ] + StepDesk.schema(keyRequired: false)), answers: answers, problems: problems)
    static let rollBack = Operation(
        .post, "/v1/tenants/{tenant}/policy/rollbacks", id: "rollBackPolicies", tag: "policy",
        access: .person(.publishPolicies),
        summary: "Publishes the content of an earlier version as the next one.", parameters: [.tenant],
        body: .object(
            [
                .init("to", .integer(1...Int(Int32.max)), "The version whose content comes back."),
                .init("reason", .text(1...4000)), acknowledgement,
            ] + StepDesk.schema(keyRequired: false)), answers: answers, problems: problems)

    var schemas: [String: Schema] {
        [
            "PolicyPublication": .object(
                [
                    .init("version", .integer(1...Int.max)), .init("proposal_id", .text()), .init("digest", .text()),
                    .init("store", .text()),
                    .init("approvals", .list(.text()), "The ids of the approvals in its manifest."),
                    .init("publisher", .text(), "The holder of the key that signed it."),
                ], open: true)
        ]
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.publish) { request, context in try await publish(request, context) },
            Endpoint(Self.rollBack) { request, context in try await rollBack(request, context) },
        ]
    }

    private func publish(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.publish, request, context)
        let body = try await JSONBody(
            of: request, fields: StepDesk.fields.union(["proposal_id", "acknowledge_widening", "emergency"]))
        let id = try body.requiredText("proposal_id", atMost: 64)
        let isAcknowledged = try body.flag("acknowledge_widening")
        let emergency = try body.optionalProse("emergency")
        let target = try destination()
        return try await steps.take(body, by: person, in: tenant, takesOwn: true) { history, by in
            if by.isOwn, emergency != nil {
                throw Problem(
                    .conflict, "own_key_needed", "an emergency is somebody's own",
                    "name the key of whoever declares it as `key`: this server's own publishes nothing without approvals"
                )
            }
            let isFinished = try await history.finish(to: target, by: by.signer, at: by.time) != nil
            if let done = Self.published(id, in: history.state) {
                return Self.answer(done, isFinished && done.number == history.state.versions.count ? .created : .ok)
            }
            if let record = history.state.proposal(id) {
                try Self.checkDuties(of: person, by, record, in: history.state)
            }
            _ = try await history.publish(
                id, to: target, emergency: emergency, acknowledgesWidening: isAcknowledged,
                meaning: ChangeNote.meaning, by: by.signer, at: by.time)
            return try Self.latest(in: history.state)
        }
    }

    private func rollBack(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.rollBack, request, context)
        let body = try await JSONBody(
            of: request, fields: StepDesk.fields.union(["to", "reason", "acknowledge_widening"]))
        guard let number = try body.number("to", in: 1...Int(Int32.max)) else {
            throw AdmissionError.malformed("`to` is missing")
        }
        let reason = try body.prose("reason")
        let isAcknowledged = try body.flag("acknowledge_widening")
        let target = try destination()
        return try await steps.take(body, by: person, in: tenant, takesOwn: true) { history, by in
            let isFinished = try await history.finish(to: target, by: by.signer, at: by.time) != nil
            // Asked again with the last signature, it is done already.
            if let last = history.state.versions.last, let record = history.state.proposal(last.proposal),
                record.proposal.restores.map({ $0.version == number && $0.reason == reason }) == true, last.store != nil
            {
                return Self.answer(last, isFinished ? .created : .ok)
            }
            let record = try history.restorable(number).record
            try Self.checkDuties(of: person, by, record, in: history.state)
            let change = try await history.change(of: record, meaning: ChangeNote.meaning)
            _ = try await history.rollBack(
                to: number, reason: reason, change: change, acknowledgesWidening: isAcknowledged, to: target,
                by: by.signer, at: by.time)
            return try Self.latest(in: history.state)
        }
    }

    private func destination() throws -> PublishingTarget {
        guard let target else {
            throw Problem(
                .conflict, "no_store", "there is no store to publish to",
                "start the server with --publish-to, or publish with the command line")
        }
        return target
    }

    /// Where this server signs, whoever asks it to is who publishes.
    private static func checkDuties(
        of person: Principal, _ by: StepDesk.Signing, _ record: ProposalRecord, in state: HistoryState
    ) throws {
        guard by.isOwn, state.rules.separatesPublisher, record.writers.contains(person.name) else { return }
        throw LifecycleError(
            .ownProposal,
            "`\(person.name)` wrote `\(record.id)`, and tenant `\(state.tenant)` has publishers who are no authors")
    }

    private static func published(_ id: String, in state: HistoryState) -> VersionRecord? {
        state.versions.last { $0.proposal == id && $0.store != nil }
    }

    private static func latest(in state: HistoryState) throws -> Response {
        guard let last = state.versions.last else { throw Problem.fault }
        return answer(last, .created)
    }

    private static func answer(_ version: VersionRecord, _ status: HTTPResponse.Status) -> Response {
        Response.json(status) { json in
            json.object { json in
                json.field("version", Int64(version.number))
                json.field("proposal_id", version.proposal)
                json.field("digest", version.digest.description)
                json.field("store", version.store)
                json.field("approvals", version.signed.approvals)
                json.field("publisher", version.publisher)
            }
        }
    }
}
