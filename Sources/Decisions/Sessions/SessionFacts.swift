/// What a session has come to: facts about its permitted calls, never their values.
public struct SessionFacts: Sendable, Hashable {
    /// What the session's calls of one tool have come to.
    public struct Use: Sendable, Hashable {
        public var calls: Int
        /// The place of the last one among the session's calls; a later call has a greater place.
        public var latest: Int

        public init(calls: Int, latest: Int) {
            self.calls = calls
            self.latest = latest
        }
    }

    /// A call by its place among the session's calls.
    public struct Call: Sendable, Hashable {
        public var place: Int
        public var tool: String

        public init(place: Int, tool: String) {
            self.place = place
            self.tool = tool
        }
    }

    /// What tools have emitted into it, sorted.
    public internal(set) var labels: [String] = []
    /// Permitted calls by tool.
    public internal(set) var tools: [String: Use] = [:]
    /// Permitted calls.
    public internal(set) var calls = 0
    /// The last of them, newest first.
    public internal(set) var recent: [Call] = []

    public init() {}

    /// The tool of the last permitted call; empty where there was none.
    public var last: String { recent.first?.tool ?? "" }

    mutating func add(_ call: Call, labels added: [String]) {
        calls += 1
        let before = tools[call.tool]
        tools[call.tool] = Use(calls: (before?.calls ?? 0) + 1, latest: max(before?.latest ?? 0, call.place))
        // Calls that run side by side come to pass in another order than they were let through.
        let slot = recent.firstIndex { $0.place < call.place } ?? recent.endIndex
        if slot < SessionFacts.mostRecent {
            if recent.count == SessionFacts.mostRecent { recent.removeLast() }
            recent.insert(call, at: slot)
        }
        add(labels: added)
    }

    mutating func add(labels added: [String]) {
        for label in added where !labels.contains(label) && labels.count < SessionFacts.mostLabels {
            labels.insert(label, at: labels.firstIndex { $0 > label } ?? labels.endIndex)
        }
    }

    /// How many calls are remembered in their order.
    public static let mostRecent = 16
    /// Catalogs are what bounds labels and tools; this bound is for catalogs out of bounds.
    static let mostLabels = 256
}
