import Approvals
import AuditTrail
import ExportTransport
import Logging
import ServiceLifecycle

/// Carries the trail to one sink: from where it has come to, in order, each record until it is there.
struct SinkPump: Sendable {
    let name: String
    let sink: any EventSink
    let status: SinkStatus
    let auditDirectory: String
    let cursor: CursorFile
    let deadLetters: DeadLetters
    let recent: RecentChunks
    let wants: @Sendable (SIEMEvent) -> Bool
    let start: SinkPlan.Start
    let backoff: Backoff
    let logger: Logger

    /// How often the trail is looked at when there is nothing to send.
    private static let glance: Duration = .milliseconds(200)
    /// How old the cursor on disk may be; a crash sends again what is newer.
    private static let cursorInterval: Duration = .seconds(1)
    /// So many in a row that the receiver will not take are no accident of theirs.
    private static let refusalsInARow = 20

    /// Gives a new sink its place: the end of the trail where it starts now, else its oldest segment. Asked for before the gateway
    /// serves, so that "now" is its start and not the moment at which this sink's turn comes; and kept, so that retention waits
    /// for a sink that has never got anything through.
    /// - Throws: ``SIEMError`` `.cursor`, `.trail`.
    func begin() throws(SIEMError) {
        guard try cursor.read() == nil else { return }
        var end = AuditPosition.beginning
        do throws(AuditError) {
            var reader = try AuditReader(directory: auditDirectory)
            if start == .now {
                _ = try reader.last(1)
                end = reader.position
            } else if let oldest = try reader.oldestSegment() {
                end.segment = oldest
            }
        } catch { throw SIEMError(.trail, error.message, fix: error.fix) }
        try cursor.write(ExportPlace(batch: end, taken: 0, hash: ""))
    }

    /// Runs until graceful shutdown. What is under way then is finished, or sent again next time.
    func run() async {
        do throws(SIEMError) {
            try await carry()
        } catch {
            status.change { $0.isUp = false }
            logger.critical(
                "THIS SINK SENDS NOTHING until somebody looks at it; decisions are not affected",
                metadata: ["sink": "\(name)", "error": "\(error)"])
        }
        recent.leave()
        await sink.close()
    }

    private func carry() async throws(SIEMError) {
        try begin()
        var (reader, place) = try opened()
        var written = place
        var writtenAt = ContinuousClock.now
        var refusals = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let batch = try reader.next(atMost: sink.limits)
            tell(batch.unreadable, "LINES OF THE TRAIL ARE NO RECORDS and are not sent")
            tell(batch.changed, "RECORDS WERE CHANGED AFTER THEY WERE WRITTEN and are sent as they stand")
            if let first = batch.events.first {
                status.change { $0.reached = $0.reached ?? first.time.nanoseconds }
            }
            guard await deliver(batch.events, refusals: &refusals) else { break }
            if let end = batch.end { place = end }
            status.change { $0.isCaughtUp = batch.end == nil }
            let isDue = ContinuousClock.now - writtenAt >= Self.cursorInterval
            if place != written, isDue || batch.end == nil {
                try cursor.write(place)
                (written, writtenAt) = (place, ContinuousClock.now)
            }
            if batch.end == nil {
                // What fails here fails again with the next record, and is told then.
                try? await sink.tend()
                await pause(Self.glance)
            }
        }
        if place != written { try cursor.write(place) }
    }

    // Once for many: a trail that somebody has rewritten must not fill the log.
    private func tell(_ places: [AuditPlace], _ what: Logger.Message) {
        guard let first = places.first else { return }
        logger.critical(
            what,
            metadata: [
                "sink": "\(name)", "first": "\(first)", "lines": "\(places.count)", "fix": "run `aegis audit verify`",
            ])
    }

    private func opened() throws(SIEMError) -> (EventReader, ExportPlace) {
        let known = try cursor.read()
        let oldest: UInt64?
        do throws(AuditError) {
            oldest = try AuditReader(directory: auditDirectory).oldestSegment()
        } catch { throw SIEMError(.trail, error.message, fix: error.fix) }
        var place = known ?? .beginning
        if let oldest, place.batch.segment < oldest {
            if known != nil {
                logger.critical(
                    "SEGMENTS WERE ARCHIVED BEFORE THIS SINK HAD THEM: their records are not sent",
                    metadata: ["sink": "\(name)", "segments": "\(place.batch.segment) to \(oldest - 1)"])
            }
            place = ExportPlace(
                batch: AuditPosition(segment: oldest, offset: 0, lines: 0), taken: 0, hash: "")
        }
        return (try EventReader(directory: auditDirectory, from: place, sharing: recent, wants: wants), place)
    }

    /// Tries until all are where they should be.
    /// - Parameter refusals: records in a row that will never be taken.
    /// - Returns: false at shutdown, when some are not.
    private func deliver(_ events: [SIEMEvent], refusals: inout Int) async -> Bool {
        // Parts of the batch that are sent one after the other; what has to be sent with less at once is halved.
        var parts: [[SIEMEvent]] = events.isEmpty ? [] : [events]
        var failures = 0
        while let part = parts.first {
            do throws(SinkFailure) {
                let refused = try await sink.deliver(part)
                refusals = refused.count == part.count ? refusals + refused.count : 0
                if refusals > Self.refusalsInARow {
                    throw SinkFailure("all records are refused: \(refused.first?.reason ?? "")", .configuration)
                }
                for refused in refused { try await bury(part, refused) }
                parts.removeFirst()
                failures = 0
                note(part, except: refused.count)
            } catch {
                do throws(SinkFailure) {
                    for refused in error.refused { try await bury(part, refused) }
                } catch { return false }
                let pending = error.pending.map { $0.compactMap { part.indices.contains($0) ? part[$0] : nil } } ?? part
                if error.pending != nil { note(part, except: pending.count + error.refused.count) }
                parts[0] = pending
                if pending.isEmpty { parts.removeFirst() }
                let isSplit = split(&parts, error)
                if isSplit { continue }
                if error.isFinal, refusals < Self.refusalsInARow, let event = pending.first {
                    refusals += 1
                    do throws(SinkFailure) {
                        try await bury([event], RefusedEvent(position: 0, reason: error.message))
                    } catch { return false }
                    parts.removeFirst()
                    continue
                }
                guard !parts.isEmpty else { continue }
                failures += 1
                if Task.isShuttingDownGracefully { return false }
                await wait(for: error, failures)
                if Task.isShuttingDownGracefully || Task.isCancelled { return false }
            }
        }
        return true
    }

    private func split(_ parts: inout [[SIEMEvent]], _ failure: SinkFailure) -> Bool {
        guard failure.isFinal, let part = parts.first, part.count > 1 else { return false }
        let middle = part.count / 2
        parts[0] = Array(part[..<middle])
        parts.insert(Array(part[middle...]), at: 1)
        return true
    }

    private func bury(_ part: [SIEMEvent], _ refused: RefusedEvent) async throws(SinkFailure) {
        guard part.indices.contains(refused.position) else { return }
        let event = part[refused.position]
        while true {
            do throws(SIEMError) {
                try deadLetters.keep(event, reason: refused.reason)
                break
            } catch {
                logger.critical("a dead letter cannot be kept", metadata: ["sink": "\(name)", "error": "\(error)"])
                await pause(.seconds(1))
                if Task.isShuttingDownGracefully || Task.isCancelled { throw SinkFailure("shutting down") }
            }
        }
        status.change { $0.refused += 1 }
        logger.error(
            "a record will never be taken; it is kept as a dead letter",
            metadata: [
                "sink": "\(name)", "place": "\(event.record.place)", "reason": "\(refused.reason.prefix(300))",
            ])
    }

    private func note(_ part: [SIEMEvent], except others: Int = 0) {
        let reached = part.last?.time.nanoseconds
        status.change { counts in
            counts.delivered += UInt64(max(0, part.count - others))
            if let reached { counts.reached = reached }
            counts.isUp = true
        }
    }

    private func wait(for failure: SinkFailure, _ failures: Int) async {
        status.change { counts in
            counts.failures += 1
            counts.isUp = false
        }
        var asked: Duration?
        switch failure.remedy {
        case .retry(let after): asked = after
        case .configuration, .tooLarge, .refused: asked = backoff.longest
        }
        let delay = backoff.delay(afterFailures: failures, asked: asked)
        logger.log(
            level: failure.remedy == .configuration || failure.isFinal ? .error : .warning,
            "records did not arrive; they are sent again",
            metadata: [
                "sink": "\(name)", "error": "\(failure.message.prefix(300))", "attempt": "\(failures)",
                "in": "\(delay)",
            ])
        await pause(delay)
    }

    private func pause(_ time: Duration) async {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: time) }
    }
}

extension SinkFailure {
    /// Sending the same again changes nothing.
    var isFinal: Bool { remedy == .tooLarge || remedy == .refused }
}
