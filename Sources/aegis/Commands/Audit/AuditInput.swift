import ArgumentParser
import AuditTrail
import Crypto
import Decisions
import Foundation
import PolicyImpact

struct AuditInput: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "input",
        abstract: "Show what a decision was evaluated over: its sealed input, opened.",
        discussion: """
            For whoever owns the gateway: it needs the data directory with keys/inputs.key, and prints what records never show.
            It opens the record's input_digest, which is checked; in records of older programs, its parameters_digest alone.

            EXAMPLES
              aegis audit input 01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c
              aegis audit input 01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c | jq .input.params
            """)

    @OptionGroup var data: DataDirectory

    @Argument(help: "The decision's id.")
    var decisionID: String

    func run() throws {
        guard let name = InputName(decisionID: decisionID) else {
            throw CommandFailure("`\(decisionID)` is no decision id", fix: "give the UUID of an answer", exitCode: 2)
        }
        do {
            var reader = try SealedInputReader(directory: data.inputs.path, key: try data.inputKey())
            switch try reader.input(name) {
            case .missing where try isExpired(), .erased where try isExpired():
                throw CommandFailure("the time that the input of \(decisionID) is kept was over, and it was erased")
            case .missing:
                throw CommandFailure(
                    "no input of \(decisionID) is kept here",
                    fix: "it was never kept; `aegis audit query` shows the record")
            case .erased: throw CommandFailure("the input of \(decisionID) was erased")
            case .kept(let plain):
                try check(plain)
                Output.line(String(decoding: plain, as: UTF8.self))
            }
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }

    private func isExpired() throws -> Bool {
        try record().map(ExpiredInputs(directory: data.audit.path).contains) ?? false
    }

    private func record() throws -> AuditRecordLine? {
        guard FileManager.default.fileExists(atPath: data.audit.path) else { return nil }
        var reader = try AuditReader(directory: data.audit.path)
        return try reader.last(1, where: { $0["decision_id"] == decisionID && $0["kind"] == "decision" }).first
    }

    // What is shown must be what the record commits to.
    private func check(_ plain: [UInt8]) throws {
        let input: EvaluatedInput
        do throws(ReplayError) { input = try EvaluatedInput(plain) } catch {
            throw CommandFailure(error.message)
        }
        guard let record = try record() else {
            return ErrorOutput.write("note: the trail here has no record of \(decisionID)")
        }
        switch input.binding(in: record) {
        case .whole: break
        case .parameters:
            ErrorOutput.write("note: the record commits to the parameters alone, and to nothing else of the input")
        case nil:
            throw CommandFailure(
                "the input of \(decisionID) does not open what the record commits to: one of them was changed",
                fix: "run `aegis audit verify`: a whole trail tells that the input was changed")
        }
    }
}

extension DataDirectory {
    /// What a replay evaluates again; nil where no inputs were ever kept here.
    func replayed() throws -> TrailReplay.Trail? {
        guard FileManager.default.fileExists(atPath: keys.appendingPathComponent("inputs.key").path) else { return nil }
        return TrailReplay.Trail(audit: audit.path, inputs: inputs.path, inputKey: try inputKey())
    }

    /// The key that inputs are sealed with; never made here.
    func inputKey() throws -> SymmetricKey {
        guard FileManager.default.fileExists(atPath: keys.appendingPathComponent("inputs.key").path) else {
            throw CommandFailure(
                "there is no key in \(keys.path) that inputs are sealed with",
                fix: "give the --data-dir of the gateway that decided")
        }
        return try GatewayKeys.inputs(in: keys)
    }
}
