public import Approvals

/// Everything one decision changes in the shared state. It happens together or not at all.
public struct SpendOrder: Sendable {
    public struct TokenRedemption: Sendable, Hashable {
        public var approvalID: ApprovalID
        public var tokenID: String

        public init(approvalID: ApprovalID, tokenID: String) {
            self.approvalID = approvalID
            self.tokenID = tokenID
        }
    }

    public struct RateDraw: Sendable, Hashable {
        public var key: CounterKey
        public var limit: RateLimit

        public init(key: CounterKey, limit: RateLimit) {
            self.key = key
            self.limit = limit
        }
    }

    public struct BudgetCharge: Sendable, Hashable {
        public var key: BudgetKey
        public var limit: MicroUnits
        /// The most that the call may cost.
        public var amount: MicroUnits
        /// Whether the agent's report may give any of it back.
        public var isRefundable: Bool

        public init(key: BudgetKey, limit: MicroUnits, amount: MicroUnits, isRefundable: Bool = true) {
            self.key = key
            self.limit = limit
            self.amount = amount
            self.isRefundable = isRefundable
        }
    }

    /// A call that names itself, so that its retry is the same call.
    public struct IdempotencyClaim: Sendable, Hashable {
        /// How long an answer stands for its retries: a day, in seconds. After it the key is new.
        public static let life: Int64 = 86_400

        public var key: String
        /// SHA-256 over what the request asks, its override token left out.
        public var fingerprint: [UInt8]

        public init(key: String, fingerprint: [UInt8]) {
            self.key = key
            self.fingerprint = fingerprint
        }
    }

    public var decisionID: DecisionID
    public var tenant: String
    public var agent: String
    public var now: Timestamp
    public var token: TokenRedemption?
    public var rates: [RateDraw]
    public var charges: [BudgetCharge]
    /// What shadow policies would take, on their own books: committed where it fits, whatever becomes of the rest.
    public var shadowRates: [RateDraw]
    public var shadowCharges: [BudgetCharge]
    public var idempotency: IdempotencyClaim?
    /// What a retry with the same idempotency key is answered, made inside the same atomic step.
    public var answer: @Sendable (SpendReceipt, _ shadow: SpendRefusal?) -> [UInt8]
    /// What the trail is to be told besides the decision's own record, kept in the same atomic step until it has been.
    public var telling: @Sendable (SpendReceipt) -> [TrailEvent] = { _ in [] }

    public init(
        decisionID: DecisionID, tenant: String, agent: String, now: Timestamp, token: TokenRedemption? = nil,
        rates: [RateDraw] = [], charges: [BudgetCharge] = [], shadowRates: [RateDraw] = [],
        shadowCharges: [BudgetCharge] = [], idempotency: IdempotencyClaim? = nil,
        answer: @escaping @Sendable (SpendReceipt, SpendRefusal?) -> [UInt8] = { _, _ in [] }
    ) {
        self.decisionID = decisionID
        self.tenant = tenant
        self.agent = agent
        self.now = now
        self.token = token
        self.rates = rates
        self.charges = charges
        self.shadowRates = shadowRates
        self.shadowCharges = shadowCharges
        self.idempotency = idempotency
        self.answer = answer
    }

    /// Whether anything is spent. An idempotency key alone spends nothing.
    public var touchesState: Bool { isEnforced || !shadowRates.isEmpty || !shadowCharges.isEmpty }

    /// Whether something of it stands in the way of the call, where it cannot be taken.
    public var isEnforced: Bool { token != nil || !rates.isEmpty || !charges.isEmpty }
}

/// What is left after a spend.
public struct SpendReceipt: Sendable, Hashable {
    /// In the order of the order's charges.
    public var remaining: [MicroUnits]

    public init(remaining: [MicroUnits] = []) { self.remaining = remaining }
}

/// Why nothing was spent.
public enum SpendRefusal: Sendable, Hashable {
    case token(ApprovalError)
    case rate(CounterKey, RateLimit, retryAfterSeconds: Int64?)
    case budget(BudgetKey, limit: MicroUnits, charged: MicroUnits, asked: MicroUnits, closed: Bool)
    /// The idempotency key was used for another request.
    case idempotencyConflict
    /// The first call with this idempotency key has no durable record yet.
    case idempotencyInFlight
}

public struct SpendResult: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        case committed(SpendReceipt)
        case refused(SpendRefusal)
        /// The call was decided before under the same idempotency key: its answer, word for word.
        case repeated([UInt8])
    }

    public var outcome: Outcome
    public var shadowRefusal: SpendRefusal?

    public init(outcome: Outcome, shadowRefusal: SpendRefusal? = nil) {
        self.outcome = outcome
        self.shadowRefusal = shadowRefusal
    }
}
