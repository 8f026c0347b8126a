public import Approvals

/// What has to be sent because something happened to an approval.
public struct DeliveryPlan: Sendable {
    private let directories: [String: ChannelDirectory]

    /// - Parameter directories: of each tenant; the first of two for one tenant counts.
    public init(_ directories: [ChannelDirectory]) {
        self.directories = Dictionary(directories.map { ($0.tenant, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Returns: the deliveries, and the channels that are named and that there is no way to: all of them, for a tenant
    ///   without a directory.
    public func deliveries(
        for event: ApprovalEvent, of approval: Approval, now: Timestamp
    ) -> (deliveries: [Delivery], unreachable: [String]) {
        let directory =
            directories[approval.call.tenant] ?? ChannelDirectory(tenant: approval.call.tenant, publicURL: "")
        let entitled = approval.entitled(around: event)
        let before = directory.channels(of: approval, entitled: entitled.before)
        let all = directory.channels(of: approval, entitled: entitled.after)
        let told: [(String, Delivery.Kind)] =
            switch event.kind {
            case .asked: before.map { ($0, .post) }
            case .escalated: all.map { ($0, before.contains($0) ? .update : .post) }
            case .voted, .approved, .denied, .withdrawn, .expired: all.map { ($0, .update) }
            }
        let deliveries = told.filter { directory.reaches($0.0) }.map { channel, kind in
            Delivery(
                key: "\(approval.name(of: event))/\(channel)", kind: kind, target: channel,
                tenant: approval.call.tenant, approval: approval.id, payload: event.kind.rawValue, nextAt: now,
                createdAt: now)
        }
        return (deliveries, told.map(\.0).filter { !directory.reaches($0) })
    }
}
