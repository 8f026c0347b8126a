public import Approvals
public import Logging
public import ServiceLifecycle
import Synchronization

/// Takes what waits in the outbox to the channels, until it has arrived or has been tried for too long.
///
/// Each delivery goes out under its key. A crash after the receiver took it and before that was noted sends it once more
/// under the same key; nothing is ever lost by one.
public struct DeliveryService: Service {
    /// A tenant's directory and the ways to its channels.
    private struct Ways: Sendable {
        let directory: ChannelDirectory
        let slack: SlackChannel?
        let teams: TeamsChannel
    }

    private let ways: [String: Ways]
    private let outbox: any ApprovalOutbox
    private let ledger: any ApprovalLedger
    private let backoff: Backoff
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let arrived = ArrivedMessages()
    private static let interval: Duration = .milliseconds(200)
    /// At most so many under way at once.
    private static let batch = 16
    /// How long what arrived is remembered: it names the messages that later updates change.
    private static let memorySeconds: Int64 = 30 * 86_400

    public init(
        directories: [ChannelDirectory], outbox: any ApprovalOutbox, ledger: any ApprovalLedger, links: ReviewLinks,
        logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        self.init(
            directories: directories, outbox: outbox, ledger: ledger, links: links, client: SessionClient(),
            backoff: Backoff(random: { Double.random(in: 0..<1) }), logger: logger, now: now)
    }

    init(
        directories: [ChannelDirectory], outbox: any ApprovalOutbox, ledger: any ApprovalLedger, links: ReviewLinks,
        client: any WebClient, backoff: Backoff, logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        ways = Dictionary(
            directories.map { directory in
                (
                    directory.tenant,
                    Ways(
                        directory: directory, slack: SlackChannel(directory, links: links, client: client),
                        teams: TeamsChannel(directory, links: links, client: client))
                )
            }, uniquingKeysWith: { first, _ in first })
        self.outbox = outbox
        self.ledger = ledger
        self.backoff = backoff
        self.logger = logger
        self.now = now
    }

    /// A round that is under way at shutdown is finished: what a receiver has taken is noted, and not sent again.
    public func run() async throws {
        var rounds = 0
        while !Task.isShuttingDownGracefully {
            do {
                try await deliverDue()
                // Once an hour or so.
                if rounds % 18_000 == 0 {
                    try await outbox.prune(before: now().advanced(bySeconds: -Self.memorySeconds))
                }
            } catch is CancellationError { return } catch {
                logger.error("the outbox cannot be read or written", metadata: ["error": "\(error)"])
            }
            rounds += 1
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            } catch { return }
        }
    }

    /// One round: everything that is due, some at a time.
    func deliverDue() async throws {
        let due = try await outbox.due([.post, .update, .reply], now: now(), limit: Self.batch)
        // One whose outcome cannot be noted is no reason to cut short the others: their receivers may have taken them.
        let failures = await withTaskGroup(of: (any Error)?.self) { group in
            for delivery in due {
                group.addTask {
                    do { try await attempt(delivery) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(into: [any Error]()) { failures, failure in
                if let failure { failures.append(failure) }
            }
        }
        if let first = failures.first { throw first }
    }

    private func attempt(_ delivery: Delivery) async throws {
        do {
            let result: String?
            if let taken = arrived[delivery.key] {
                result = taken
            } else {
                result = try await send(delivery)
                arrived[delivery.key] = .some(result)
            }
            try await outbox.finish(delivery.key, result: result, adding: [], now: now())
            arrived[delivery.key] = nil
        } catch let error as ChannelError {
            try await take(error, of: delivery)
        }
    }

    private func send(_ delivery: Delivery) async throws -> String? {
        guard let approval = try await ledger.approval(delivery.approval, tenant: delivery.tenant) else {
            throw ChannelError("the approval is gone", .none)
        }
        guard let ways = ways[delivery.tenant] else {
            throw ChannelError("the tenant has no channels any more", .none)
        }
        switch (ChannelName(delivery.target), delivery.kind) {
        case (_, .event): throw ChannelError("an event is no message", .none)
        case (.slack(let channel)?, .post):
            return try await Self.slack(of: ways).post(
                approval, to: channel, delivery: delivery, now: now())
        case (.slack?, .update):
            let posts = try await outbox.deliveries(of: delivery.approval).filter {
                $0.kind == .post && $0.target == delivery.target
            }
            try await Self.slack(of: ways).update(
                posts: posts, of: approval, delivery: delivery, now: now())
            return nil
        case (.slack(let url)?, .reply):
            try await Self.slack(of: ways).reply(delivery.payload, to: url, key: delivery.key)
            return nil
        case (.teams(let name)?, _):
            try await ways.teams.tell(approval, channel: name, delivery: delivery, now: now())
            return nil
        case (nil, _): throw ChannelError("there is no channel `\(delivery.target)`", .none)
        }
    }

    private static func slack(of ways: Ways) throws -> SlackChannel {
        guard let slack = ways.slack else { throw ChannelError("Slack is not configured any more", .none) }
        return slack
    }

    private func take(_ error: ChannelError, of delivery: Delivery) async throws {
        let now = now()
        let giveUpAt = delivery.createdAt.advanced(bySeconds: ways[delivery.tenant]?.directory.giveUpAfterSeconds ?? 0)
        let wait: Int64
        switch error.remedy {
        case .none: return try await giveUp(delivery, error, now)
        case .later: wait = 500_000_000
        case .retry: wait = backoff.delay(afterAttempts: delivery.attempts)
        case .wait(let seconds):
            wait = max(seconds * 1_000_000_000, backoff.delay(afterAttempts: delivery.attempts))
        }
        guard now < giveUpAt else { return try await giveUp(delivery, error, now) }
        if error.remedy != .later {
            logger.warning(
                "a message about an approval did not arrive; it is tried again",
                metadata: ["delivery": "\(delivery.key)", "error": "\(error)", "attempt": "\(delivery.attempts + 1)"])
        }
        try await outbox.postpone(
            delivery.key, until: Timestamp(nanoseconds: now.nanoseconds + wait), failure: error.message,
            countsAsAttempt: error.remedy != .later)
    }

    private func giveUp(_ delivery: Delivery, _ error: ChannelError, _ now: Timestamp) async throws {
        logger.critical(
            "A MESSAGE ABOUT AN APPROVAL IS GIVEN UP: nobody was told by this channel",
            metadata: [
                "delivery": "\(delivery.key)", "approval_id": "\(delivery.approval)", "error": "\(error)",
                "attempts": "\(delivery.attempts + 1)",
            ])
        try await outbox.bury(delivery.key, failure: error.message, now: now)
        guard delivery.kind == .post || delivery.kind == .update else { return }
        do {
            _ = try await ledger.update(delivery.approval, tenant: delivery.tenant) { approval in
                approval.noteUndelivered([delivery.target])
            }
        } catch let error as ApprovalError where error.code == .notFound {}
    }
}

/// What receivers have taken and the outbox does not say yet, with what they answered: it is not sent again while the outbox cannot be
/// written.
private final class ArrivedMessages: Sendable {
    private let results = Mutex<[String: String?]>([:])

    /// nil where the message has not been taken, or that is noted.
    subscript(key: String) -> String?? {
        get { results.withLock { $0[key] } }
        set { results.withLock { $0[key] = newValue } }
    }
}
