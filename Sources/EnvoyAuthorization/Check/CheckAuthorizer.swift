import Decisions

/// Puts what Envoy asks to the decision point, and its answer into Envoy's terms.
struct CheckAuthorizer: Sendable {
    let decisions: DecisionPoint
    /// How long a call is held open where it needs an approval.
    let hold: Duration

    func authorize(_ request: CheckedRequest) async -> CheckVerdict {
        let asked = request.decisionRequest()
        if let header = request.unusableHeader {
            let problem = AdmissionError.malformed("`\(header)` is empty, has control characters, or is over 512 bytes")
            let refused = await decisions.refuse(
                problem, credentials: asked.credentials, point: asked.point, trace: asked.trace)
            return CheckVerdict(refused, on: request)
        }
        return CheckVerdict(await decisions.decide(asked, holdingFor: hold), on: request)
    }
}

extension CheckedRequest {
    /// The name of a header whose value cannot be a session's or purpose's name. To ignore it would let a call pass that
    /// policies ask about by it.
    fileprivate var unusableHeader: String? {
        [CarriedHeaders.session, CarriedHeaders.purpose].first { name in
            guard let value = headers[name]?.utf8 else { return false }
            return !(1...512).contains(value.count) || value.contains { $0 < 0x20 || $0 == 0x7F }
        }
    }
}
