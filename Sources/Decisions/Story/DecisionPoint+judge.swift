/// What the policies say of the call, and the call's place in its session. What they saw of the session must still be so
/// when the call takes its place, or they are asked anew: of calls that run side by side none is let through for what
/// another has meanwhile changed.
extension DecisionPoint {
    func judge(_ decision: DecisionInProgress) {
        for _ in 0..<DecisionPoint.mostJudgements {
            evaluate(decision)
            handOn(decision)
            shape(decision)
            guard !remember(decision) else { return }
            decision.beginAnew()
        }
        decision.asking = .session
        decision.deny(.stateUnavailable, "the session changes faster than the call can be decided; try again")
        decision.asking = nil
    }

    /// Each time that a call is judged anew another one has passed; so many may pass before it is refused.
    static let mostJudgements = 100
}
