import Approvals
import Decisions
import GRDB

/// One spend inside the writer's transaction: looked at on the books first, and written only where nothing refuses it. The shadow's books
/// stand apart.
struct Spending {
    let db: Database
    let books: SpendBooks
    let order: SpendOrder
    let confirmed: Confirmations
    let seal: AnswerSeal

    func run() throws -> SpendResult {
        if let claim = order.idempotency,
            let prior = try AnswerBook.prior(
                db, tenant: order.tenant, agent: order.agent, claim: claim, now: order.now, confirmed: confirmed,
                seal: seal)
        {
            return SpendResult(outcome: prior)
        }
        var redeemed: Approval?
        var (receipt, shadowReceipt) = (SpendReceipt(), SpendReceipt())
        let refusal = try books.unlessRefused {
            try redeem(&redeemed) ?? draw(order.rates) ?? charge(order.charges, &receipt)
        }
        let shadowRefusal = try books.unlessRefused {
            try draw(order.shadowRates) ?? charge(order.shadowCharges, &shadowReceipt)
        }
        let charged = (refusal == nil ? order.charges : []) + (shadowRefusal == nil ? order.shadowCharges : [])
        try write(refusal == nil ? redeemed : nil, charged, claims: refusal == nil)
        if let refusal { return SpendResult(outcome: .refused(refusal), shadowRefusal: shadowRefusal) }
        if let claim = order.idempotency {
            try AnswerBook.insert(db, order, claim: claim, answer: order.answer(receipt, shadowRefusal), seal: seal)
        }
        for event in order.telling(receipt) { try BudgetEventRows.insert(db, event) }
        return SpendResult(outcome: .committed(receipt), shadowRefusal: shadowRefusal)
    }

    private func write(_ redeemed: Approval?, _ charged: [SpendOrder.BudgetCharge], claims: Bool) throws {
        if let redeemed { try ApprovalRows.update(db, redeemed, after: redeemed.events.count) }
        for charge in charged {
            try BudgetRows.insert(db, charge, of: books.number(db, of: charge.key), for: order.decisionID)
        }
        if redeemed != nil || !charged.isEmpty || claims && order.idempotency != nil {
            try Effects.insert(db, order, redeeming: redeemed?.id)
        }
    }

    private func redeem(_ redeemed: inout Approval?) throws -> SpendRefusal? {
        guard let token = order.token else { return nil }
        guard var approval = try ApprovalRows.fetch(db, token.approvalID, tenant: order.tenant) else {
            return .token(ApprovalError(.invalidToken, "the token names \(token.approvalID), which does not exist"))
        }
        do {
            try approval.redeem(tokenID: token.tokenID, decisionID: order.decisionID.description, now: order.now)
        } catch {
            return .token(error)
        }
        redeemed = approval
        return nil
    }

    private func draw(_ draws: [SpendOrder.RateDraw]) throws -> SpendRefusal? {
        for draw in draws {
            var bucket = try books.bucket(db, draw, now: order.now)
            switch bucket.draw(draw.limit, now: order.now) {
            case .refused(let seconds): return .rate(draw.key, draw.limit, retryAfterSeconds: seconds)
            case .taken: books.set(draw.key, bucket)
            }
        }
        return nil
    }

    private func charge(
        _ charges: [SpendOrder.BudgetCharge], _ receipt: inout SpendReceipt
    ) throws -> SpendRefusal? {
        for charge in charges {
            var row = try books.budget(db, charge.key)
            let (sum, overflow) = row.charged.addingReportingOverflow(charge.amount.value)
            guard !row.closed, !overflow, sum <= charge.limit.value, let rest = MicroUnits(charge.limit.value - sum)
            else {
                return .budget(
                    charge.key, limit: charge.limit, charged: MicroUnits(row.charged) ?? .zero, asked: charge.amount,
                    closed: row.closed)
            }
            row.charged = sum
            books.set(charge.key, row)
            receipt.remaining.append(rest)
        }
        return nil
    }
}
