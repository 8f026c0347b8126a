public import AuditTrail
import RegoValues

/// What agents did, by agent and tool: which parameters with which values, as far as records show them. What records hide
/// is never in it.
public struct ObservedTraffic: Sendable {
    struct Pair: Sendable, Hashable, Comparable {
        let agent: String
        let tool: String

        static func < (a: Pair, b: Pair) -> Bool { (a.agent, a.tool) < (b.agent, b.tool) }
    }

    /// The values of one parameter.
    struct Parameter: Sendable {
        var calls = 0
        var numbers = 0
        /// As JSON writes them.
        var least: (text: String, value: Double)?
        var most: (text: String, value: Double)?
        /// Calls by value, of texts and booleans; nil once there were too many different ones to tell.
        var values: [String: Int]? = [:]
    }

    struct Use: Sendable {
        var calls = 0
        var parameters: [String: Parameter] = [:]
        var deepestChain = 0
        var callers: Set<String> = []
        var first = ""
        var last = ""
        /// Calls of the busiest second.
        var peak = 0
        fileprivate var second = ""
        fileprivate var inSecond = 0
    }

    /// More different values than these are no list.
    static let mostValues = 12

    private(set) var uses: [Pair: Use] = [:]
    public private(set) var calls = 0
    public let since: String?
    public let tenant: String?
    /// Whether calls count that were denied or held.
    public let includesStopped: Bool

    /// - Parameter since: only records from then on: RFC 3339 in UTC; nil for all.
    public init(since: String? = nil, tenant: String? = nil, includesStopped: Bool = false) {
        self.since = since
        self.tenant = tenant
        self.includesStopped = includesStopped
    }

    /// Takes one more record into account; records come in the order of the trail.
    public mutating func add(_ record: AuditRecordLine) {
        guard record["kind"] == "decision", tenant == nil || record["tenant"] == tenant, record["mode"] != "dry_run",
            let time = record["time"], time >= since ?? "", let agent = record["agent_id"],
            let tool = record["tool_name"], let decision = record["decision"],
            includesStopped || decision == "allow" || decision == "sanitize"
        else { return }
        calls += 1
        let pair = Pair(agent: agent, tool: tool)
        var use = uses[pair] ?? Use()
        use.calls += 1
        if use.first.isEmpty { use.first = time }
        use.last = time
        let second = String(time.prefix(19))
        use.inSecond = second == use.second ? use.inSecond + 1 : 1
        use.second = second
        use.peak = max(use.peak, use.inSecond)
        if let chain = record["call_chain"].flatMap({ try? Document(json: Array($0.utf8)) }) {
            withExtendedLifetime(chain) {
                use.deepestChain = max(use.deepestChain, chain.root.elements.count)
                use.callers.formUnion(chain.root.elements.compactMap(\.string))
            }
        }
        if let shown = record["parameters_shown"].flatMap({ try? Document(json: Array($0.utf8)) }) {
            withExtendedLifetime(shown) {
                for entry in shown.root.entries {
                    guard let name = entry.key.string else { continue }
                    Self.add(entry.value, to: &use.parameters[name, default: Parameter()])
                }
            }
        }
        uses[pair] = use
    }

    /// Takes the rest of a trail into account.
    public mutating func read(_ reader: inout AuditReader) throws {
        var records = try reader.next()
        while !records.isEmpty {
            for record in records { add(record) }
            records = try reader.next()
        }
    }

    private static func add(_ value: Value, to parameter: inout Parameter) {
        parameter.calls += 1
        if value.kind == .number, let text = value.numberText, let number = Double(text) {
            parameter.numbers += 1
            if number < parameter.least?.value ?? .infinity { parameter.least = (text, number) }
            if number > parameter.most?.value ?? -.infinity { parameter.most = (text, number) }
            return
        }
        let text = JSONWriter.text(value)
        guard value.kind == .string || value.kind == .boolean, text.utf8.count <= 64 else {
            parameter.values = nil
            return
        }
        parameter.values?[text, default: 0] += 1
        if parameter.values?.count ?? 0 > mostValues { parameter.values = nil }
    }
}
