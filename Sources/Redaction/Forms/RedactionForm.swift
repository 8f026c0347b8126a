/// What becomes of a find. The order is that of strictness: where several forms are asked for one find, the strictest is taken.
public enum RedactionForm: String, Sendable, CaseIterable, Comparable {
    /// All letters and digits but the last become `*`: four stay, of short finds fewer.
    case keepLastFour = "keep_last_four"
    /// `[us_ssn:gtbkqzrvmwnxphdl]`: the same text of a tenant has the same sixteen letters, and only who has the key can check a guess.
    case pseudonym
    /// `[REDACTED:us_ssn]`.
    case redact
    /// Nothing is left.
    case drop

    private var strictness: Int {
        switch self {
        case .keepLastFour: 0
        case .pseudonym: 1
        case .redact: 2
        case .drop: 3
        }
    }

    public static func < (a: RedactionForm, b: RedactionForm) -> Bool { a.strictness < b.strictness }
}
