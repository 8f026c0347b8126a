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
        try books.read(db, for: order)
        var redeemed: Approval?
        let taken = try books.take(order, refusal: try redeem(&redeemed))
        if taken.refusal != nil { redeemed = nil }
        books.note(order, taken, redeeming: redeemed?.id)
        if let redeemed { try ApprovalRows.update(db, redeemed, after: redeemed.events.count) }
        guard taken.refusal == nil else { return taken.result }
        if let claim = order.idempotency {
            let answer = order.answer(taken.receipt, taken.shadowRefusal)
            try AnswerBook.insert(db, order, claim: claim, answer: answer, seal: seal)
            // The next one with this key may be in the same transaction.
            try books.write(db)
        }
        for event in order.telling(taken.receipt) { try BudgetEventRows.insert(db, event) }
        return taken.result
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
}
