public import Approvals
import RegoSyntax

extension PolicyDiff {
    /// For programs.
    public func write(to json: inout JSONText) {
        json.object { json in
            json.field("widens", widenings.map(\.words))
            for (name, pairs) in [("gained", gained), ("lost", lost)] {
                json.key(name)
                json.array { json in
                    for pair in pairs {
                        json.object { json in
                            json.field("agent", pair.agent)
                            json.field("tool", pair.tool)
                        }
                    }
                }
            }
            json.key("changes")
            json.array { json in for change in changes { Self.write(change, to: &json) } }
        }
    }

    private static func write(_ change: PolicyChange, to json: inout JSONText) {
        json.object { json in
            json.field("effect", change.effect.rawValue)
            json.field("subject", change.subject.rawValue)
            json.field("place", change.place)
            json.field("words", change.words)
            json.field("rule", change.rule)
            json.field("before", change.before)
            json.field("after", change.after)
            json.field("location", change.location?.description)
        }
    }
}
