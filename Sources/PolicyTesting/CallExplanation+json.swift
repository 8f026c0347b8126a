public import Approvals
public import PolicyDocuments
import RegoSyntax

extension CallExplanation {
    /// - Parameter remedy: the one change that would let the call pass, where there is one.
    package func write(to json: inout JSONText, remedy: Remedy?) {
        json.object { json in
            json.field("decided", sentence)
            json.field("with_shadow", would ?? "")
            json.field("would_pass_if", remedy?.words ?? "")
            json.key("guards")
            json.array { json in
                for fired in guards {
                    json.object { json in
                        json.field("rule", fired.rule)
                        json.field("message", fired.message)
                    }
                }
            }
            json.key("rules")
            json.array { json in for line in lines { Self.write(line, to: &json) } }
        }
    }

    private static func write(_ line: Line, to json: inout JSONText) {
        json.object { json in
            json.field("step", line.step)
            json.field("policy", line.policy)
            json.field("rule", line.rule)
            json.field("text", line.text)
            json.key("shadow")
            json.boolean(line.isShadow)
            json.field("location", line.location.description)
            json.field("state", line.state.rawValue)
            json.key("decides")
            json.boolean(line.decides)
            json.key("conditions")
            json.array { json in
                for condition in line.conditions {
                    json.object { json in
                        json.field("text", condition.text)
                        json.key("holds")
                        if let holds = condition.holds { json.boolean(holds) } else { json.null() }
                    }
                }
            }
            json.key("values")
            json.object { json in
                var names: Set<String> = []
                for value in line.values where names.insert(value.name).inserted { json.field(value.name, value.value) }
            }
        }
    }
}

extension PolicyExplanation {
    public func write(to json: inout JSONText, agent: String, tool: String) {
        json.object { json in
            json.field("agent", agent)
            json.field("tool", tool)
            json.field("obstacle", obstacle ?? "")
            json.key("rules")
            json.array { json in
                for line in lines {
                    json.object { json in
                        json.field("step", line.step)
                        json.field("policy", line.policy)
                        json.field("rule", line.rule)
                        json.field("text", line.text)
                        json.key("shadow")
                        json.boolean(line.isShadow)
                        json.field("location", line.location.description)
                    }
                }
            }
        }
    }
}
