import Approvals
import ArgumentParser
import AuditTrail
import Foundation

struct AuditHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep records and inputs whatever their retention says, until released.",
        subcommands: [AuditHoldPlace.self, AuditHoldList.self, AuditHoldRelease.self])
}

struct AuditHoldPlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place", abstract: "Place a hold on all that match.",
        discussion: """
            EXAMPLES
              aegis audit hold place case-4711 --reason "litigation 4711" --tenant acme --agent finance-agent
            """)

    @OptionGroup var data: DataDirectory
    @Argument(help: "A name for it.") var name: String
    @Option(help: "Why.") var reason: String
    @Option(help: "All of a tenant.")
    var tenant: String?
    @Option(help: "All of an agent.")
    var agent: String?
    @Option(help: "All calls of a tool.")
    var tool: String?
    @Option(help: "All of a session.")
    var session: String?
    @Option(help: "A decision's id.") var decision: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard !reason.allSatisfy(\.isWhitespace) else { throw ValidationError("--reason says nothing") }
        guard tenant.map(AuditRecordDraft.canName(tenant:)) ?? true else {
            throw ValidationError(
                "--tenant `\(tenant ?? "")` is no tenant's name: 1 to 128 of the characters A-Z a-z 0-9 . _ - ~ @ :")
        }
    }

    func run() async throws {
        let hold = HoldBook.Hold(
            name: name, reason: reason, placedAt: Timestamp.current().description, tenant: tenant, agent: agent,
            tool: tool, session: session, decision: decision)
        try await HoldBook(data).change { holds in
            guard !holds.contains(where: { $0.name == name }) else {
                throw CommandFailure("there is a hold `\(name)` already", fix: "release it first, or take another name")
            }
            holds.append(hold)
        }
        try await TrailSpool(data: data).record([
            TrailSpool.Entry(
                kind: "retention", tenant: tenant ?? "_unknown", time: Timestamp.current().nanoseconds,
                detail: hold.about.merging(["event": "hold_placed", "hold": name, "reason": reason]) { $1 })
        ])
        let covered = try covered(by: hold)
        if covered == 0 {
            ErrorOutput.write(
                "warning: no record so far matches this hold; look at the spelling, it will hold what comes")
        }
        guard !json else {
            return Output.json(
                [
                    "name": name, "reason": reason, "placed_at": hold.placedAt, "about": hold.about,
                    "records": covered ?? 0,
                ] as [String: Any])
        }
        Output.line("held: \(name)" + (covered.map { ", \($0) record\($0 == 1 ? "" : "s") so far" } ?? ""))
    }

    /// How many records there are that it holds; nil where there is no trail yet.
    private func covered(by hold: HoldBook.Hold) throws -> Int? {
        guard FileManager.default.fileExists(atPath: data.audit.path) else { return nil }
        var count = 0
        do {
            try AuditSearch(directory: data.audit.path).run(hold.legal.query) { _ in
                count += 1
                return true
            }
        } catch let error as AuditError {
            throw CommandFailure("the hold is placed; what it covers cannot be told: \(error.message)", fix: error.fix)
        }
        return count
    }
}

struct AuditHoldList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the holds.")

    @OptionGroup var data: DataDirectory
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let holds = try HoldBook(data).read()
        if json {
            Output.json(
                holds.map { hold in
                    ["name": hold.name, "reason": hold.reason, "placed_at": hold.placedAt, "about": hold.about]
                        as [String: Any]
                })
        } else {
            Output.table(
                ["HOLD", "SINCE", "ABOUT", "REASON"],
                holds.map { hold in
                    [
                        hold.name, hold.placedAt,
                        hold.about.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "),
                        hold.reason,
                    ]
                })
        }
    }
}

struct AuditHoldRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "release", abstract: "Release a hold.")

    @OptionGroup var data: DataDirectory
    @Argument(help: "The hold's name.") var name: String
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await HoldBook(data).change { holds in
            guard let place = holds.firstIndex(where: { $0.name == name }) else {
                throw CommandFailure("there is no hold `\(name)`", fix: "see `aegis audit hold list`")
            }
            let hold = holds.remove(at: place)
            // An older version took a hold for any name.
            let tenant = hold.tenant.flatMap { AuditRecordDraft.canName(tenant: $0) ? $0 : nil }
            // The record first: a hold must not be gone without a word.
            try await TrailSpool(data: data).record([
                TrailSpool.Entry(
                    kind: "retention", tenant: tenant ?? "_unknown", time: Timestamp.current().nanoseconds,
                    detail: ["event": "hold_released", "hold": name])
            ])
        }
        json ? Output.json(["released": name]) : Output.line("released: \(name)")
    }
}
