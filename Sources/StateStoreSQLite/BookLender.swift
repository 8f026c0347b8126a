import Decisions
import Synchronization

/// Who has the books: calls, each for the moment in which it spends, or the writer while it makes changes that need the file and the books.
///
/// `@unchecked Sendable`: the books are touched under the lock, or by the writer that has them.
final class BookLender: @unchecked Sendable {
    private struct State {
        var isLent = false
        var isWriteDue = false
        var waiting: [CheckedContinuation<Void, any Error>] = []
    }

    enum Spending {
        case spent(SpendResult)
        /// The order needs the file beside the books.
        case needsFile
        /// The writer has the books.
        case needsBooks
    }

    private let state = Mutex(State())
    /// Whether calls may spend on the books alone: what they have spent is in their records. Written under the lock.
    private let opened = Atomic(false)
    private let books = SpendBooks()
    private let capacity: Int

    /// - Parameter capacity: how many decisions may wait to be written.
    init(capacity: Int) { self.capacity = capacity }

    /// Lets calls spend on the books alone, or not any more.
    /// - Returns: whether they could.
    @discardableResult
    func open(_ isOpen: Bool) -> Bool {
        state.withLock { _ in opened.exchange(isOpen, ordering: .acquiringAndReleasing) }
    }

    /// Spends at once, where neither the file nor an alert has a part in it.
    /// - Returns: besides, whether the writer has to be told that there is something to write.
    func spend(_ order: SpendOrder) throws -> (Spending, isFirst: Bool) {
        try state.withLock { state in
            guard isOpen, order.token == nil, order.idempotency == nil else { return (.needsFile, false) }
            guard !state.isLent else { return (.needsBooks, false) }
            guard books.spenders.count < capacity else { throw Self.overloaded }
            guard let taken = try? books.take(order) else { return (.needsFile, false) }
            if taken.refusal == nil, !order.telling(taken.receipt).isEmpty {
                books.takeBack()
                return (.needsFile, false)
            }
            guard taken.refusal == nil || !order.shadowCharges.isEmpty || !order.shadowRates.isEmpty else {
                return (.spent(taken.result), false)
            }
            books.note(order, taken, isBehind: true)
            defer { state.isWriteDue = true }
            return (.spent(taken.result), !state.isWriteDue)
        }
    }

    /// Whether calls may spend on the books alone.
    var isOpen: Bool { opened.load(ordering: .acquiring) }

    /// Waits until the writer has given the books back.
    func returned() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            enum Next { case wait, goOn, refuse }
            let next: Next = state.withLock { state in
                guard state.isLent else { return .goOn }
                guard state.waiting.count < capacity else { return .refuse }
                state.waiting.append(continuation)
                return .wait
            }
            switch next {
            case .wait: return
            case .goOn: continuation.resume()
            case .refuse: continuation.resume(throwing: Self.overloaded)
            }
        }
    }

    private static let overloaded = StateStoreError(.overloaded, "too many decisions wait for the disk already")

    // MARK: For the writer

    /// Whether the books have what the file has not.
    var isWriteDue: Bool { state.withLock { $0.isWriteDue } }

    /// Gives the writer the books.
    func lend() -> SpendBooks {
        state.withLock { $0.isLent = true }
        return books
    }

    func giveBack() {
        let waiting = state.withLock { state in
            books.forgetIfFull()
            state.isLent = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func tearOut() -> BookPage {
        state.withLock { state in
            state.isWriteDue = false
            return books.tearOut()
        }
    }

    /// The page did not get into the file.
    func putBack(_ page: BookPage) {
        state.withLock { state in
            page.unwrite()
            if state.isLent { books.goBack(to: page) } else { books.putBack(page) }
            state.isWriteDue = state.isWriteDue || !page.isEmpty
        }
    }
}
