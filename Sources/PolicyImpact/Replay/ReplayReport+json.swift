public import Approvals

extension ReplayReport {
    /// - Parameter took: how long the replay was.
    public func write(to json: inout JSONText, took: Duration) {
        json.object { json in
            json.field("decisions", Int64(decisions))
            json.field("replayed", Int64(replayed))
            json.field("changed", Int64(changed))
            json.key("seconds")
            json.raw("\(took / .seconds(1))".utf8)
            json.key("not_replayable")
            json.object { json in
                for obstacle in Obstacle.allCases {
                    if let count = obstacles[obstacle] { json.field(obstacle.rawValue, Int64(count)) }
                }
            }
            json.key("rows")
            json.array { json in for row in rows { Self.write(row, to: &json) } }
        }
    }

    private static func write(_ row: Row, to json: inout JSONText) {
        let group = row.group
        json.object { json in
            json.field("count", Int64(row.count))
            json.key("shadow")
            json.boolean(group.isShadow)
            json.field("before", group.before)
            json.field("after", group.after)
            json.key("loosens")
            json.boolean(group.loosens)
            json.field("rule_before", group.ruleBefore)
            json.field("rule_after", group.ruleAfter)
            json.field("agent_id", group.agent)
            json.field("tool_name", group.tool)
            json.key("samples")
            json.array { json in
                for sample in row.samples {
                    json.object { json in
                        json.field("decision_id", sample.decisionID)
                        json.field("time", sample.time)
                        json.field("parameters_shown", sample.parameters ?? "")
                        json.field("message", sample.message)
                    }
                }
            }
        }
    }
}
