public import Approvals
import Crypto
import Redaction
import RegoValues
import SignedTokens

/// Decides calls without a gateway: who calls and what state there is are given, and nothing is recorded. The stages are
/// those of ``DecisionPoint``, and a trial's calls see what its earlier calls have left.
public struct DecisionTrial: Sendable {
    /// A call whose caller and chain are taken for proven.
    public struct Call: Sendable {
        public var agent: String
        /// nil: the tool is the one that matches the request.
        public var tool: String?
        /// JSON; without `tool`, the request's body.
        public var parameters: [UInt8]
        public var request: (method: String, host: String, target: String)?
        /// JSON.
        public var context: [UInt8]
        /// The agents before this one, oldest first.
        public var chain: [String]
        public var sessionID: String?
        /// Whether it brings the token of its approval.
        public var isApproved: Bool
        public var now: Timestamp
        public var rewritesParameters: Bool

        public init(
            agent: String, tool: String?, parameters: [UInt8] = Array("{}".utf8),
            request: (method: String, host: String, target: String)? = nil, context: [UInt8] = Array("{}".utf8),
            chain: [String] = [], sessionID: String? = nil, isApproved: Bool = false, now: Timestamp,
            rewritesParameters: Bool = true
        ) {
            self.agent = agent
            self.tool = tool
            self.parameters = parameters
            self.request = request
            self.context = context
            self.chain = chain
            self.sessionID = sessionID
            self.isApproved = isApproved
            self.now = now
            self.rewritesParameters = rewritesParameters
        }
    }

    /// A budget, by the names that decisions give it.
    public struct Budget: Sendable, Hashable {
        public var policy: String
        public var rule: String

        public init(policy: String, rule: String) {
            self.policy = policy
            self.rule = rule
        }
    }

    public struct Result: Sendable {
        public var decision: Decision
        /// What the policies saw as `input`, as JSON; nil where they were never asked.
        public var input: [UInt8]?
        /// The same as people may see it: sensitive places and finds of detectors are gone.
        public var shownInput: [UInt8]?
        /// Who would have to approve, where the outcome is `approval_needed`.
        public var approval: ApprovalTerms?
    }

    private let policy: ActivePolicy
    private let point: DecisionPoint
    private let sessions: SessionLedger

    /// - Parameter spent: what of budgets is spent before the first call, in micro-units, by policy and rule.
    public init(policy: ActivePolicy, spent: [Budget: Int64] = [:]) throws {
        self.policy = policy
        let key = try SigningKey(generating: .edDSA, name: "trial")
        let parts = AbsentParts()
        sessions = SessionLedger(markKey: SymmetricKey(size: .bits256))
        point = DecisionPoint(
            prover: parts, policies: PolicyRegistry(), ledger: TrialLedger(spent: spent), sessions: sessions,
            approvals: parts, mint: try OverrideTokenMint(signingKey: key, audience: "trial"),
            delegations: try DelegationMint(signingKey: key, audience: "trial"), recorder: parts,
            redactor: Redactor(pseudonymKey: SymmetricKey(data: [UInt8](repeating: 0, count: 32))), attemptRate: nil,
            now: { Timestamp(seconds: 0) })
    }

    /// Gives the session of such calls what it has come to before them.
    public func prepare(sessionOf call: Call, labels: [String], tools: [String: Int]) {
        let key = SessionKey(tenant: policy.tenant, agent: call.agent, sessionID: call.sessionID)
        var replay = SessionReplay()
        for (tool, count) in tools.sorted(by: { $0.key < $1.key }) {
            for _ in 0..<count { replay.add(tool: tool, by: call.agent, in: key, at: call.now) }
        }
        replay.add(labels: labels, by: call.agent, in: key, at: call.now)
        replay.restore(into: sessions, now: call.now)
    }

    /// - Throws: ``AdmissionError`` for what is no call at all.
    public func decide(_ call: Call) async throws -> Result {
        let decision = DecisionInProgress(try request(of: call), now: call.now)
        decision.caller = Caller(
            tenant: policy.tenant, kind: .agent, name: call.agent, keyID: call.agent, method: .apiKey)
        decision.policy = policy
        decision.agent = policy.catalog.agents[call.agent]
        decision.chain = call.chain
        if decision.agent == nil { decision.deny(.unauthenticatedAgent, "no agent of this tenant has this name") }
        point.resolve(decision)
        if call.isApproved, let held = decision.heldCall {
            point.evaluate(decision)
            let releases = decision.enforced?.approval?.rules ?? []
            decision.beginAnew()
            decision.token = OverrideToken(
                audience: "trial", tokenID: "trial", call: held, approvalID: .random(), releases: releases,
                issuedAt: call.now, expiresAt: call.now.advanced(bySeconds: 60))
        }
        point.evaluate(decision)
        let (input, shown) = inputs(of: decision)
        point.shape(decision)
        // Nothing runs beside a trial's call.
        _ = point.remember(decision)
        if decision.isOpen, let enforced = decision.enforced, enforced.ruling == .approvalNeeded {
            decision.settle(.approvalNeeded, enforced.reason)
        } else {
            await point.spend(decision)
        }
        point.forget(decision)
        if let ticket = decision.ticket { sessions.settle(ticket) }
        return Result(
            decision: decision.decision(), input: input, shownInput: shown, approval: decision.enforced?.approval)
    }

    private func request(of call: Call) throws(AdmissionError) -> DecisionRequest {
        let heap = Heap()
        let limits = AdmissionLimits.usual
        let context = try heap.admit(call.context, limits: limits)
        let subject: DecisionRequest.Subject
        if let tool = call.tool {
            var line: RequestLine?
            if let (method, host, target) = call.request {
                guard let normal = RequestLine(method: method, host: host, target: target) else {
                    throw .malformed("`request` names a method, host or path that can be read in two ways")
                }
                line = normal
            }
            subject = .tool(name: tool, parameters: try heap.admit(call.parameters, limits: limits), request: line)
        } else if let (method, host, target) = call.request {
            let isEmpty = call.parameters == Array("{}".utf8)
            subject = .wire(
                WireRequest(
                    method: method, host: host, target: target, contentType: isEmpty ? nil : "application/json",
                    body: isEmpty ? [] : call.parameters))
        } else {
            throw .malformed("the call names neither a tool nor a request")
        }
        return DecisionRequest(
            heap: heap, subject: subject, sessionID: call.sessionID, context: context, credentials: .none,
            point: EnforcementPoint(
                name: call.rewritesParameters ? "decision-api" : "envoy", rewritesParameters: call.rewritesParameters))
    }

    private func inputs(of decision: DecisionInProgress) -> (input: [UInt8]?, shown: [UInt8]?) {
        guard let input = DecisionPoint.input(decision), let call = decision.call else { return (nil, nil) }
        let heap = decision.request.heap
        let redactor = point.redactor
        var members: [(Value, Value)] = []
        for entry in input.entries {
            let isCall = entry.key.string == "params"
            members.append(
                (
                    entry.key,
                    isCall || entry.key.string == "context" || entry.key.string == "request"
                        ? redactor.view(
                            entry.value, sensitive: isCall ? call.tool.sensitive : [], in: decision.redactionScope,
                            heap: heap) : entry.value
                ))
        }
        return (Self.json(input), Self.json(heap.object(members)))
    }

    private static func json(_ value: Value) -> [UInt8] {
        var text: [UInt8] = []
        JSONWriter.write(value, to: &text)
        return text
    }
}
