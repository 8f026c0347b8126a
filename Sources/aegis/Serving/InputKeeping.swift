import Approvals
import AuditTrail
import Decisions
import Logging
import ServiceLifecycle

/// How long the plain inputs of decisions are kept, sealed.
enum InputKeeping: Equatable {
    case off
    case forever
    case seconds(Int64)

    /// Seconds; nil where no time is set.
    var longest: Int64? {
        if case .seconds(let seconds) = self { seconds } else { nil }
    }

    /// `off`, `forever`, or a time such as `12h` or `30d`.
    init(_ text: String) throws {
        let units: [Character: Int64] = ["h": 3600, "d": 86_400]
        switch text {
        case "off": self = .off
        case "forever": self = .forever
        default:
            guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count > 0,
                count <= 36_500 * 86_400 / unit
            else {
                throw CommandFailure(
                    "--keep-inputs `\(text)` is no time up to 36500d", fix: "write it as 30d, 12h, forever or off",
                    exitCode: 2)
            }
            self = .seconds(count * unit)
        }
    }
}

/// Has inputs erased once their time is over, by the record of each, and says when some could not be kept.
struct InputKeeper: Service {
    let store: SealedInputStore
    let expiry: InputExpiry
    let holds: HoldBook
    let journal: AuditJournal
    /// The directory of the journal.
    let audit: String
    let logger: Logger
    private static let interval: Duration = .seconds(60)

    func run() async throws {
        await expire()
        try await Rounds.every(Self.interval, from: 0 as UInt64) { dropped in
            let status = store.status
            if status.dropped > dropped {
                logger.warning(
                    "inputs could not be kept: these decisions cannot be evaluated again",
                    metadata: [
                        "decisions": "\(status.dropped - dropped)",
                        "error": "\(status.failure ?? "too many at once")",
                    ])
                dropped = status.dropped
            }
            await expire()
        }
    }

    // Nothing goes before its log says so, nor while it is not known what is held, or that changes.
    private func expire() async {
        let now = Timestamp.current().nanoseconds
        do {
            let held = try holds.read()
            let due = try await expiry.due(now: now, holds: held.map(\.legal))
            guard !due.isEmpty, isClockSound(Timestamp(nanoseconds: now)) else { return }
            try await holds.unchanged(from: held) {
                for draft in due.announcements(now: now, terms: expiry.terms) { _ = try await journal.append(draft) }
                try await expiry.erase(due)
                store.remove(due.emptied)
            }
        } catch {
            let words = (error as? AuditError)?.message ?? (error as? CommandFailure)?.message ?? "\(error)"
            logger.warning("inputs stay though their time is over", metadata: ["error": "\(words)"])
        }
    }

    // By a clock that is years ahead everything is over.
    private func isClockSound(_ now: Timestamp) -> Bool {
        do throws(AuditError) {
            guard let silence = try TrailSilence.before(now.nanoseconds, directory: audit) else { return true }
            logger.warning(
                "inputs stay though their time is over: the clock may be ahead, for the trail was silent for more than a week",
                metadata: [
                    "clock": "\(now)", "silent_since": "\(Timestamp(nanoseconds: silence.since))",
                    "believed_from": "a week of records by this clock",
                ])
        } catch {
            logger.warning(
                "inputs stay: the trail cannot be read", metadata: ["error": "\(error.message)"])
        }
        return false
    }
}
