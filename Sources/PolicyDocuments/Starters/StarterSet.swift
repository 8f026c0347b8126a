internal import RegoSyntax

/// Commented policies to start from, with their tests: what `aegis policy init NAME` writes.
public struct StarterSet: Sendable {
    public let name: String
    /// One line.
    public let summary: String
    /// File names with their contents.
    public let files: [(name: String, text: String)]

    public static let all = [payments, ehr, llmBudget, egress, cmsPublishing, deploys]

    public static func named(_ name: String) -> StarterSet? { all.first { $0.name == name } }

    /// The set that somebody most likely meant.
    public static func nearest(to name: String) -> String? { NearMiss.of(name, among: all.map(\.name)) }
}
