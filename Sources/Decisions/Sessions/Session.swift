import Approvals

/// One session in memory: what is certain, and the calls that are under way.
///
/// A call that is under way may still be refused by what it spends, or find no room in the audit trail. What may follow
/// it must be permitted whether it comes to pass or not; see ``SessionView``.
///
/// A class, since a value that is looked at while it is about to change would be copied with all of its calls under way;
/// touched under the ledger's lock alone.
final class Session {
    struct MarkGroup: Hashable {
        var books: StateBooks
        var policy: String
        var rule: String

        init(books: StateBooks, policy: String, rule: String) {
            self.books = books
            self.policy = policy
            self.rule = rule
        }

        init(_ mark: SessionMark) { self.init(books: mark.books, policy: mark.policy, rule: mark.rule) }
    }

    struct Values {
        var known: Set<String> = []
        /// Counted before a restart, and not known any more which they are.
        var lost = 0
    }

    private struct Step {
        var call: SessionFacts.Call
        var labels: [String]
        var marks: [SessionMark]
        var carriesAt: Timestamp?
    }

    /// The agent that opened it, on whose account it is.
    let owner: String
    private(set) var lastUsed: Timestamp
    /// Whether its tenant has it no more.
    var isForgotten = false
    /// Another one after each call that is let through or comes to nothing.
    private(set) var version: UInt64 = 0
    /// What its recorded calls have come to.
    private(set) var settled = SessionFacts()
    /// What it comes to if all calls that are under way come to pass.
    private(set) var expected = SessionFacts()
    private var values: [MarkGroup: Values] = [:]
    private var open: [Step] = []
    private var nextPlace = 1
    private var carriedAt: Timestamp

    init(owner: String, now: Timestamp) {
        self.owner = owner
        lastUsed = now
        carriedAt = now
    }

    var isEmpty: Bool { open.isEmpty && settled == SessionFacts() && values.isEmpty }
    var valueCount: Int { values.values.reduce(0) { $0 + $1.known.count + $1.lost } }

    func isOver(_ now: Timestamp) -> Bool { open.isEmpty && now.seconds - lastUsed.seconds > SessionLedger.life }

    /// How many of these values are new here.
    /// - Throws: ``SessionLedger/Refusal/tooManyDistinct(_:)`` for the first that is one too many.
    func newValues(_ counts: [SessionStep.Count]) throws(SessionLedger.Refusal) -> Int {
        var added: [SessionMark] = []
        for count in counts {
            let group = MarkGroup(count.mark)
            let values = values[group] ?? Values()
            guard !values.known.contains(count.mark.value) else { continue }
            var underWay: Set<String> = []
            for step in open {
                for mark in step.marks where MarkGroup(mark) == group && !values.known.contains(mark.value) {
                    underWay.insert(mark.value)
                }
            }
            for mark in added where MarkGroup(mark) == group { underWay.insert(mark.value) }
            guard !underWay.contains(count.mark.value) else { continue }
            guard values.known.count + values.lost + underWay.count < count.limit else {
                throw .tooManyDistinct(count)
            }
            added.append(count.mark)
        }
        return added.count
    }

    /// Lets the call through, for now.
    func take(_ step: SessionStep, marks: [SessionMark], version: UInt64, now: Timestamp) -> SessionEffects {
        self.version = version
        var effects = SessionEffects(place: nextPlace, labels: step.labels, marks: marks)
        if now.seconds - carriedAt.seconds >= SessionLedger.carryEvery {
            effects.carried = CarriedSession(settled, values: values, open: open.map(\.call.place))
        }
        open.append(
            Step(
                call: .init(place: nextPlace, tool: step.tool), labels: step.labels, marks: marks,
                carriesAt: effects.carried == nil ? nil : now))
        expected.add(.init(place: nextPlace, tool: step.tool), labels: step.labels)
        nextPlace += 1
        return effects
    }

    /// The call is recorded.
    /// - Returns: how many values are new.
    func settle(_ place: Int, at time: Timestamp) -> Int {
        guard let index = open.firstIndex(where: { $0.call.place == place }) else { return 0 }
        let step = open.remove(at: index)
        settled.add(step.call, labels: step.labels)
        lastUsed = max(lastUsed, time)
        if let carriesAt = step.carriesAt { carriedAt = max(carriedAt, carriesAt) }
        return insert(step.marks)
    }

    /// The call did not come to pass.
    func undo(_ place: Int, version: UInt64) {
        guard let index = open.firstIndex(where: { $0.call.place == place }) else { return }
        open.remove(at: index)
        expected = settled
        for step in open { expected.add(step.call, labels: step.labels) }
        self.version = version
    }

    private func insert(_ marks: [SessionMark]) -> Int {
        var added = 0
        for mark in marks where values[MarkGroup(mark), default: Values()].known.insert(mark.value).inserted {
            added += 1
        }
        return added
    }
}

extension Session {
    /// As the records tell it.
    convenience init(
        owner: String, facts: SessionFacts, values: [MarkGroup: Values], nextPlace: Int, lastUsed: Timestamp,
        carriedAt: Timestamp, version: UInt64
    ) {
        self.init(owner: owner, now: lastUsed)
        settled = facts
        expected = facts
        self.values = values
        self.nextPlace = nextPlace
        self.carriedAt = carriedAt
        self.version = version
    }
}
