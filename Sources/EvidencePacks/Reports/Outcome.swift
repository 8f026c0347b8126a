/// The outcomes of decisions as reports show them: in one order, each with its words and colour.
enum Outcome: String, CaseIterable {
    case allow
    case sanitize
    case held = "approval_needed"
    case deny

    var words: String {
        switch self {
        case .allow: "allowed"
        case .sanitize: "allowed, rewritten"
        case .held: "held for a person"
        case .deny: "denied"
        }
    }

    /// The class that the style sheet colours.
    var style: HTML {
        switch self {
        case .allow: "allow"
        case .sanitize: "sanitize"
        case .held: "held"
        case .deny: "deny"
        }
    }

    static let legend: HTML =
        "<ul class=\"legend\">\(allCases.map { "<li><i class=\"\($0.style)\"></i>\($0.words)</li>" as HTML })</ul>"
}
