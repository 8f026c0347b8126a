import Decisions
import RegoValues

extension CheckedRequest {
    /// What Envoy asks, in the words of the decision point. Identity, tool and parameters are its matter.
    func decisionRequest() -> DecisionRequest {
        let heap = Heap()
        return DecisionRequest(
            heap: heap,
            subject: .wire(
                WireRequest(
                    method: method, host: host, target: target, contentType: headers["content-type"],
                    contentEncoding: headers["content-encoding"], body: body, isTruncated: isPartial)),
            sessionID: headers[CarriedHeaders.session], context: context(in: heap),
            delegation: headers[CarriedHeaders.delegation], overrideToken: headers[CarriedHeaders.token],
            credentials: credentials,
            point: EnforcementPoint(name: "envoy", rewritesParameters: false, tenant: expectedTenant),
            trace: headers[CarriedHeaders.traceParent].flatMap {
                TraceContext(traceparent: $0, tracestate: headers["tracestate"])
            })
    }

    private var credentials: Credentials {
        Credentials(
            keyHeader: headers[CarriedHeaders.apiKey], authorization: headers[CarriedHeaders.authorization],
            spiffeID: principal.flatMap { $0.hasPrefix("spiffe://") ? $0 : nil })
    }

    private func context(in heap: Heap) -> Value {
        guard let purpose = headers[CarriedHeaders.purpose] else { return .emptyObject }
        return heap.object([(.string("purpose"), heap.string(purpose))])
    }
}
