import Approvals
public import RegoValues

extension SessionEffects {
    /// `{"place":17,…}` for records: `labels` and `marks` where there are some, `carried` where it is told anew.
    func write(to json: inout JSONText) {
        json.object { json in
            json.key("place")
            json.integer(Int64(place))
            if isAgents { json.field("session", "agent") }
            if !labels.isEmpty { json.field("labels", labels) }
            if !marks.isEmpty {
                json.key("marks")
                json.array { json in
                    for mark in marks {
                        json.object { json in
                            json.field("books", mark.books.rawValue)
                            json.field("policy", mark.policy)
                            json.field("rule", mark.rule)
                            json.field("value", mark.value)
                        }
                    }
                }
            }
            if let carried {
                json.key("carried")
                carried.write(to: &json)
            }
        }
    }

    /// Reads the `session_effects` of a record.
    /// - Returns: nil where there are none. Records of versions that gave no place have place 0.
    public init?(_ value: Value) {
        guard value.kind == .object else { return nil }
        self.init(
            place: value.lookup("place").tally,
            labels: value.lookup("labels").elements.compactMap(\.string),
            marks: value.lookup("marks").elements.compactMap { mark in
                guard let books = mark.lookup("books").string.flatMap(StateBooks.init(rawValue:)),
                    let policy = mark.lookup("policy").string, let rule = mark.lookup("rule").string,
                    let value = mark.lookup("value").string
                else { return nil }
                return SessionMark(books: books, policy: policy, rule: rule, value: value)
            },
            carried: CarriedSession(value.lookup("carried")))
        isAgents = value.lookup("session").string == "agent"
    }
}

extension CarriedSession {
    fileprivate func write(to json: inout JSONText) {
        json.object { json in
            json.key("calls")
            json.integer(Int64(facts.calls))
            if !facts.labels.isEmpty { json.field("labels", facts.labels) }
            json.key("tools")
            json.object { json in
                for (tool, use) in facts.tools {
                    json.key(tool)
                    json.object { json in
                        json.key("calls")
                        json.integer(Int64(use.calls))
                        json.key("latest")
                        json.integer(Int64(use.latest))
                    }
                }
            }
            json.key("recent")
            json.array { json in
                for call in facts.recent {
                    json.object { json in
                        json.key("place")
                        json.integer(Int64(call.place))
                        json.field("tool", call.tool)
                    }
                }
            }
            if !open.isEmpty {
                json.key("open")
                json.array { json in for place in open { json.integer(Int64(place)) } }
            }
            guard !groups.isEmpty else { return }
            json.key("marks")
            json.array { json in
                for group in groups {
                    json.object { json in
                        json.field("books", group.books.rawValue)
                        json.key("count")
                        json.integer(Int64(group.count))
                        json.field("policy", group.policy)
                        json.field("rule", group.rule)
                        json.field("values", group.values)
                    }
                }
            }
        }
    }

    fileprivate init?(_ value: Value) {
        guard value.kind == .object else { return nil }
        var facts = SessionFacts()
        facts.calls = value.lookup("calls").tally
        facts.add(labels: value.lookup("labels").elements.compactMap(\.string))
        for (name, use) in value.lookup("tools").entries.map({ ($0.key, $0.value) }) {
            guard let tool = name.string else { continue }
            facts.tools[tool] = .init(calls: use.lookup("calls").tally, latest: use.lookup("latest").tally)
        }
        facts.recent = value.lookup("recent").elements.compactMap { call in
            guard let tool = call.lookup("tool").string else { return nil }
            return SessionFacts.Call(place: call.lookup("place").tally, tool: tool)
        }
        self.init(
            facts: facts,
            groups: value.lookup("marks").elements.compactMap { group in
                guard let books = group.lookup("books").string.flatMap(StateBooks.init(rawValue:)),
                    let policy = group.lookup("policy").string, let rule = group.lookup("rule").string
                else { return nil }
                return Group(
                    books: books, policy: policy, rule: rule, count: group.lookup("count").tally,
                    values: group.lookup("values").elements.compactMap(\.string))
            },
            open: value.lookup("open").elements.map(\.tally))
    }
}

extension Value {
    /// A place or a count: 0 where there is none, at most 2^32, so that no sum of what records tell overflows.
    fileprivate var tally: Int { Int(min(max(int64 ?? 0, 0), 1 << 32)) }
}
