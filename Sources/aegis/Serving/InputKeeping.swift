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

/// Has inputs removed once they are older than they may be kept, and says when some could not be kept.
struct InputKeeper: Service {
    let store: SealedInputStore
    let keeping: InputKeeping
    let holds: HoldBook
    let journal: AuditJournal
    let logger: Logger
    private static let interval: Duration = .seconds(60)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var dropped: UInt64 = 0
            while true {
                if case .seconds(let seconds) = keeping { await expire(seconds) }
                do { try await Task.sleep(for: Self.interval) } catch { return }
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
            }
        }
    }

    // Files go as a whole, so while anything is held none goes; nor while it is not known what is, nor before every log
    // says that its inputs up to then are gone.
    private func expire(_ seconds: Int64) async {
        let now = Timestamp.current()
        guard isFree else { return }
        let old = await store.old(before: now.advanced(bySeconds: -seconds).nanoseconds)
        guard let newest = old.map(\.newest).max() else { return }
        do throws(AuditError) {
            // What a crash left before its header was written holds no input, so there is nothing to say of it.
            for log in journal.status.durable.keys.sorted() where newest > .min {
                var draft = AuditRecordDraft(
                    kind: .retention, tenant: log.split(separator: "/").last.map(String.init) ?? "",
                    time: now.nanoseconds)
                draft.detail = CanonicalJSON(texts: [
                    "event": "inputs_expired", "kept_seconds": "\(seconds)",
                    "until": Timestamp(nanoseconds: newest).description,
                ])
                _ = try await journal.append(draft)
            }
        } catch {
            return logger.warning(
                "inputs stay: their end could not be recorded", metadata: ["error": "\(error.message)"])
        }
        if isFree { store.remove(old) }
    }

    private var isFree: Bool { (try? holds.read())?.isEmpty == true }
}
