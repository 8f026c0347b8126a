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
    /// What shadow policies count, on books of their own: taken where it fits, refusing nothing.
    public var shadowCounts: [Count]

    public init(tool: String, labels: [String] = [], counts: [Count] = [], shadowCounts: [Count] = []) {
        self.tool = tool
        self.labels = labels
        self.counts = counts
        self.shadowCounts = shadowCounts
    }
}

/// What a call has done to its session, as its record tells it to a gateway that starts again.
public struct SessionEffects: Sendable, Hashable {
    /// The call's place among the session's calls. A call that did not come to pass leaves a gap.
    public var place: Int
    /// All that its tool emits, whether the session had it or not.
    public var labels: [String]
    /// All values of it that policies count.
    public var marks: [SessionMark]
    /// What the session had come to before, where that was last recorded long ago.
    public var carried: CarriedSession?
    /// Whether the session is the agent's own, whatever the call names.
    public var isAgents = false

    public init(place: Int, labels: [String] = [], marks: [SessionMark] = [], carried: CarriedSession? = nil) {
        self.place = place
        self.labels = labels
        self.marks = marks
        self.carried = carried
    }

    /// Whether its place is all that there is to tell.
    var isPlain: Bool { labels.isEmpty && marks.isEmpty && carried == nil && !isAgents }
}

/// A session as it stood before one of its calls, told anew so that a restart need not read back to its beginning.
public struct CarriedSession: Sendable, Hashable {
    public struct Group: Sendable, Hashable {
        public var books: StateBooks
        public var policy: String
        public var rule: String
        /// How many different values there are.
        public var count: Int
        /// Those that there was room for.
        public var values: [String]

        public init(books: StateBooks, policy: String, rule: String, count: Int, values: [String]) {
            self.books = books
            self.policy = policy
            self.rule = rule
            self.count = count
            self.values = values
        }
    }

    /// Of the calls that are recorded.
    public var facts: SessionFacts
    public var groups: [Group]
    /// The places of calls that were under way: earlier than this one, and not in `facts`.
    public var open: [Int]

    public init(facts: SessionFacts, groups: [Group], open: [Int]) {
        self.facts = facts
        self.groups = groups
        self.open = open
    }

    /// How many values are told in all. A group of which some are missing counts those again when they come back, so that
    /// what is forgotten never lets more through.
    static let mostValues = 512
    /// The tools used last. One that is missing counts as never called.
    static let mostTools = 256
}
