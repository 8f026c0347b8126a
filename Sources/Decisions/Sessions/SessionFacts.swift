/// What a session has come to: facts about its permitted calls, never their values.
public struct SessionFacts: Sendable, Hashable {
    /// What tools have emitted into it, sorted.
    public var labels: [String] = []
    /// Permitted calls by tool.
    public var tools: [String: Int] = [:]

    public init() {}

    /// Permitted calls.
    public var calls: Int { tools.values.reduce(0, +) }

    mutating func add(labels added: [String]) {
        for label in added where !labels.contains(label) && labels.count < SessionFacts.mostLabels {
            labels.insert(label, at: labels.firstIndex { $0 > label } ?? labels.endIndex)
        }
    }

    /// Catalogs are what bounds labels and tools; these bounds are for catalogs out of bounds.
    static let mostLabels = 256
}

/// A value that a policy counts the different ones of: a keyed hash of it, worthless to others.
public struct SessionMark: Sendable, Hashable {
    public var books: StateBooks
    public var policy: String
    public var rule: String
    /// 16 bytes of HMAC-SHA-256, as 32 hexadecimal digits.
    public var value: String

    public init(books: StateBooks, policy: String, rule: String, value: String) {
        self.books = books
        self.policy = policy
        self.rule = rule
        self.value = value
    }
}

/// What one permitted call does to its session.
public struct SessionStep: Sendable, Hashable {
    public struct Count: Sendable, Hashable {
        public var mark: SessionMark
        /// How many different values the session may have.
        public var limit: Int

        public init(mark: SessionMark, limit: Int) {
            self.mark = mark
            self.limit = limit
        }
    }

    public var tool: String
    public var labels: [String]
    public var counts: [Count]

    public init(tool: String, labels: [String] = [], counts: [Count] = []) {
        self.tool = tool
        self.labels = labels
        self.counts = counts
    }
}
