import RegoSyntax

/// A session as a call's policies see it.
struct SessionView {
    /// What the recorded calls have come to.
    var settled = SessionFacts()
    /// The same with the calls that are under way: what the session comes to if they come to pass.
    var expected = SessionFacts()
    /// Which state of the session this is.
    var version: UInt64 = 0
}

extension SessionView {
    /// How much of a session a tenant's policies look at.
    enum Interest {
        case labels
        /// How many calls of what, and in which order.
        case calls
    }

    /// Whether policies that look at this much see two different sessions.
    static func differ(_ one: SessionFacts, _ other: SessionFacts, for interest: Interest) -> Bool {
        interest == .labels ? one.labels != other.labels : one != other
    }
}

extension SessionView.Interest {
    /// Generated rules name what they read; of Rego that people wrote it is not known.
    init(of sources: [SourceFile]) {
        self = sources.allSatisfy(Self.readsLabelsOnly) ? .labels : .calls
    }

    private static func readsLabelsOnly(_ source: SourceFile) -> Bool {
        guard source.name.hasPrefix("aegis/") else { return false }
        let text = String(decoding: source.text, as: UTF8.self)
        return text.split(separator: "input.session", omittingEmptySubsequences: false).dropFirst().allSatisfy {
            $0.hasPrefix(".labels") || $0.hasPrefix(".id")
        }
    }
}
