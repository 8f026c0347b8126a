import ArgumentParser
import AuditTrail
import MerkleLog
import RegoValues

struct AuditProve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that a record is in the trail, or that a log has only grown.",
        discussion: """
            The inclusion proof is a C2SP tlog-proof file with the record in it: with the public key, `aegis audit verify-proof` or any other
            implementation checks it without the trail. The consistency proof is what a C2SP witness is sent: the old size, hashes, the
            newer checkpoint.

            EXAMPLES
              aegis audit prove 01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c --out payment.tlog-proof
              aegis audit prove 41 --tenant acme
              aegis audit prove --since monday.note
            """)

    @OptionGroup var trail: TrailInput

    @Argument(help: "A record's index in its log, or a decision's id.")
    var record: String?

    @Option(help: "The tenant whose log it is.")
    var tenant: String?

    @Option(help: "The size of the checkpoint to prove against (default: the newest).")
    var size: UInt64?

    @Option(help: ArgumentHelp("Prove that nothing has changed since this checkpoint.", valueName: "note"))
    var since: String?

    @Option(help: ArgumentHelp("Up to this checkpoint (default: the newest).", valueName: "note"))
    var to: String?

    @Option(help: ArgumentHelp("Where to write the proof (default: stdout).", valueName: "file"))
    var out: String?

    @Flag(help: "Print the proof as JSON.")
    var json = false

    func validate() throws {
        guard (record == nil) != (since == nil) else { throw ValidationError("give a record, or --since NOTE") }
        guard since != nil || to == nil else { throw ValidationError("--to goes with --since") }
    }

    func run() throws {
        try trail.reading {
            var prover = try AuditProver(directory: trail.directory, keys: try trail.keys())
            if let since {
                let new = try to.map { String(decoding: try TrailInput.read($0), as: UTF8.self) }
                let proof = try prover.consistency(
                    from: String(decoding: try TrailInput.read(since), as: UTF8.self), to: new)
                let text = try json ? proof.json : proof.submission
                try ResultFile.write(text, to: out)
            } else if let record {
                let (log, index) = try trail.place(of: record, tenant: tenant, prover: prover)
                let proof = try prover.inclusion(of: index, in: log, size: size)
                try ResultFile.write(json ? proof.json : proof.tlogProof, to: out)
            }
        }
    }
}

struct AuditVerifyProof: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-proof",
        abstract: "Check an inclusion proof, with nothing but the public key.",
        discussion: """
            Prints the record that the proof holds.

            EXAMPLES
              aegis audit verify-proof payment.tlog-proof --key gw-1.vkey
            """)

    @Argument(help: "The proof.")
    var proof: String

    @Option(help: ArgumentHelp("The log's public keys, one vkey a line.", valueName: "file"))
    var key: String

    @Flag(help: "Print JSON: log, index, the checkpoint's size and the record.")
    var json = false

    func run() throws {
        do throws(AuditError) {
            let inclusion = try InclusionProof(tlogProof: try TrailInput.read(proof))
            let checkpoint = try inclusion.verify(keys: try AuditKeys.parse(try TrailInput.read(key), key))
            ErrorOutput.write(
                "proven: record \(inclusion.index) of `\(checkpoint.origin)`, under its signed checkpoint at size \(checkpoint.size)"
            )
            let record = String(decoding: inclusion.record, as: UTF8.self)
            Output.line(
                json
                    ? "{\"checkpoint_size\":\(checkpoint.size),\"index\":\(inclusion.index),"
                        + "\"log\":\(CanonicalJSON.quoted(checkpoint.origin)),\"record\":\(record)}" : record)
        } catch {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }
}

struct AuditVerifyReceipt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-receipt",
        abstract:
            "Check the receipt of a decision's answer: that its record is in the trail, unchanged, and says the same.",
        discussion: """
            ANSWER is the body of POST /v1/decisions as it was received. With --proof, a file of `aegis audit prove`, no trail is needed.

            EXAMPLES
              aegis audit verify-receipt answer.json
              aegis audit verify-receipt answer.json --proof payment.tlog-proof --key gw-1.vkey
            """)

    @OptionGroup var trail: TrailInput

    @Argument(help: "The answer, JSON.")
    var answer: String

    @Option(help: ArgumentHelp("An inclusion proof of the record.", valueName: "file"))
    var proof: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard proof == nil || trail.key != nil else { throw ValidationError("--proof needs the public --key") }
    }

    func run() throws {
        try trail.reading {
            let document: Document
            let text = try TrailInput.read(answer)
            do throws(JSONError) { document = try Document(json: text) } catch {
                throw CommandFailure("\(answer) is not JSON: \(error)")
            }
            let check = try withExtendedLifetime(document) { try DecisionReceiptCheck(answer: document.root) }
            let keys = try trail.keys()
            let inclusion: InclusionProof
            if let proof {
                inclusion = try InclusionProof(tlogProof: try TrailInput.read(proof))
            } else {
                var prover = try AuditProver(directory: trail.directory, keys: keys)
                inclusion = try prover.inclusion(of: check.index, in: check.log)
            }
            let checkpoint = try check.verify(inclusion, keys: keys)
            guard !json else {
                return Output.json([
                    "whole": true, "log": check.log, "index": check.index, "checkpoint_size": checkpoint.size,
                ])
            }
            Output.line(
                "whole: record \(check.index) of `\(check.log)` says what the answer says, under the signed checkpoint at size \(checkpoint.size)"
            )
        }
    }
}

extension InclusionProof {
    /// The proof as one JSON object.
    var json: String {
        let hashes = hashes.map { "\"\($0.base64)\"" }.joined(separator: ",")
        return "{\"checkpoint\":\(CanonicalJSON.quoted(checkpoint)),\"hashes\":[\(hashes)],\"index\":\(index),"
            + "\"record\":\(String(decoding: record, as: UTF8.self))}"
    }
}

extension ConsistencyProof {
    /// What a C2SP witness is sent: the old size, the hashes, an empty line, the newer checkpoint.
    var submission: String {
        get throws {
            let size = try Checkpoint(text: SignedNote(parsing: old.utf8).text).size
            return "old \(size)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n" + new
        }
    }

    var json: String {
        get throws {
            let hashes = hashes.map { "\"\($0.base64)\"" }.joined(separator: ",")
            return "{\"hashes\":[\(hashes)],\"new\":\(CanonicalJSON.quoted(new)),\"old\":\(CanonicalJSON.quoted(old))}"
        }
    }
}
