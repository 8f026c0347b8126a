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

extension LifecycleRoutes {
    func add(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.add, request, context)
        // Whoever has none of these has no business with the body either.
        let steps: [Permission] = [.proposePolicies, .reviewPolicies, .publishPolicies]
        guard steps.contains(where: { person.may($0, in: tenant) }) else {
            try person.require(.proposePolicies, in: tenant)
            return Problem.fault.response
        }
        let bytes = try await request.bytes(limit: SignedEvent.largest)
        let event: SignedEvent
        do { event = try SignedEvent(reading: bytes) } catch { throw AdmissionError.malformed(error.message) }
        return try await readers.run(for: tenant) { try await take(event, bytes, from: person, in: tenant) }
    }

    private func take(
        _ event: SignedEvent, _ bytes: [UInt8], from person: Principal, in tenant: String
    ) async throws -> Response {
        var history = try await open(tenant)
        if let permission = Self.permission(for: event.event.body, begins: history.events.isEmpty) {
            try person.require(permission, in: tenant)
        }
        if history.events.contains(where: { $0.digest == event.digest }) {
            // Whoever was told that a record is missing asks again.
            if history.events.last?.digest == event.digest { try await recorder.record([event], by: person) }
            return Response(json: bytes)
        }
        do throws(LifecycleError) {
            // The note in the proposal is its author's; whether publishing it needs to be acknowledged is worked out here.
            if case .signed(let version) = event.event.body {
                try await history.checkWidening(
                    of: version.proposal, isAcknowledged: version.acknowledgesWidening, meaning: ChangeNote.meaning)
            }
            try await history.receive(event, now: time)
        } catch {
            throw Problem(error)
        }
        try await recorder.record([event], by: person)
        return event.response()
    }

    /// A newer trust root is signed by the root keys of the one before, so that any of the tenant's people may bring it. The
    /// first one is believed because of who brings it.
    private static func permission(for body: EventBody, begins: Bool) -> Permission? {
        switch body {
        case .trusted: begins ? .publishPolicies : nil
        // A rollback is proposed by whoever may publish it.
        case .proposed(let proposal): proposal.restores == nil ? .proposePolicies : .publishPolicies
        case .withdrawn: .proposePolicies
        case .commented, .approved, .rejected: .reviewPolicies
        case .signed, .published, .abandoned, .recalled: .publishPolicies
        }
    }

    func open(_ tenant: String) async throws -> PolicyHistory {
        try await told { () async throws(LifecycleError) in try await PolicyHistory.open(tenant: tenant, in: store) }
    }

    func told<Answer>(_ work: () async throws(LifecycleError) -> Answer) async throws -> Answer {
        do throws(LifecycleError) { return try await work() } catch { throw Problem(error) }
    }

    static func digest(_ context: BasicRequestContext) throws -> BundleDigest {
        guard let digest = context.parameters.get("digest").flatMap({ BundleDigest($0) }) else {
            throw AccessError(.notFound, "there is no such object")
        }
        return digest
    }

    /// - Parameter before: the place of a proposal, from 1; those before it are shown.
    static func view(_ state: HistoryState, limit: Int, before: Int?) -> [UInt8] {
        let older = state.proposals.prefix(min(before.map { $0 - 1 } ?? .max, state.proposals.count))
        var json = JSONText()
        json.object { json in
            json.key("proposals")
            json.array { json in
                for record in older.suffix(limit).reversed() {
                    json.object { json in write(record, in: state, to: &json) }
                }
            }
            json.key("next")
            if older.count > limit { json.integer(Int64(older.count - limit + 1)) } else { json.null() }
        }
        return json.bytes
    }

    static func write(_ record: ProposalRecord, in state: HistoryState, to json: inout JSONText) {
        json.field("proposal_id", record.id)
        json.field("title", record.proposal.title)
        json.field("author", record.author)
        json.field("proposed_at", record.time.description)
        json.field("version", Int64(record.proposal.version))
        json.field("content_digest", record.proposal.contentDigest.description)
        json.field("status", status(of: record, in: state))
        json.field("approved_by", record.approvers)
        json.field("comments", Int64(record.remarks.count))
    }

    private static func status(of record: ProposalRecord, in state: HistoryState) -> String {
        switch record.status {
        case .open: state.isStale(record) ? "stale" : "open"
        case .rejected: "rejected"
        case .withdrawn: "withdrawn"
        case .signed: "signed"
        case .revised: "revised"
        }
    }
}

extension Problem {
    /// What the rules of the history say against a step.
    init(_ error: LifecycleError) {
        let status: HTTPResponse.Status
        switch error.code {
        case .objectMissing, .unknownVersion, .unknownProposal: status = .notFound
        case .unavailable: status = .serviceUnavailable
        case .overQuota: status = .tooManyRequests
        default: status = .conflict
        }
        self.init(status, error.code.rawValue, "the history does not take this", error.message)
    }
}
