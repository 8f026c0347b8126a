/// A control of a framework, and which records can support that it operates.
///
/// Titles are short and our own; the frameworks' texts say what a control is. Whether the evidence suffices is for the
/// auditor to judge.
struct Control: Sendable, Hashable {
    /// `FRAMEWORK:NUMBER`, as policies name it in `controls`.
    let id: String
    let title: String
    /// What the records show of it.
    let shows: String
    let selects: [RecordSelector]
    /// Whether the gateway does it by itself, whatever policies say: who calls, and that each call is recorded.
    let isByGateway: Bool

    init(
        _ id: String, _ title: String, _ shows: String, _ selects: [RecordSelector], byGateway isByGateway: Bool = false
    ) {
        self.id = id
        self.title = title
        self.shows = shows
        self.selects = selects
        self.isByGateway = isByGateway || selects.allSatisfy { $0.kind != ["decision"] || $0 == .unproven }
    }

    /// `SOC2` of `SOC2:CC6.1`.
    static func framework(of id: String) -> String { String(id.prefix { $0 != ":" }) }
}
