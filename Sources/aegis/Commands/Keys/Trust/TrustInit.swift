import ArgumentParser
import Foundation
import SignedTokens

struct TrustInit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make the first version of a trust root.",
        discussion: """
            In every tenant one approver has to approve what is published; change that with `aegis keys trust quorum`. With
            --without-reviews gateways take whatever a publisher signs: whoever has a publisher's key then publishes alone.
            """)

    @OptionGroup var edit: TrustEdit

    @Option(help: "A further root key, public. May be repeated.")
    var rootKey: [String] = []

    @Option(help: "How many root keys have to sign each version.")
    var threshold = 1

    @Flag(help: "Ask for no approvals until a quorum is set.")
    var withoutReviews = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            guard !FileManager.default.fileExists(atPath: edit.file) else {
                throw CommandFailure("`\(edit.file)` is there already", fix: "change it: aegis keys trust add")
            }
            let signers = try edit.signers()
            let others = try rootKey.map { try KeyFile.verificationKey(at: $0) }
            let own = signers.map(\.verificationKey)
            let root = try TrustRoot(
                issuedAt: LifecycleSession.now, rootKeys: own + others.filter { !own.contains($0) },
                threshold: threshold,
                reviewRules: ReviewRulebook(
                    byTenant: withoutReviews ? [:] : [ReviewRulebook.otherTenants: .usual]))
            var signed = try SignedTrustRoot(root)
            for signer in signers { try signed.sign(with: signer) }
            let enough = (try? signed.check()) != nil
            try TrustEdit.write(signed, to: enough ? edit.file : edit.waitingFile)
            edit.report(signed, waitsAt: enough ? nil : edit.waitingFile)
        }
    }
}

struct TrustSign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Add the signature of another root key to a version that waits for it.")

    @OptionGroup var edit: TrustEdit

    func run() async throws {
        try await LifecycleFailure.reporting {
            let waiting = edit.waitingFile
            guard FileManager.default.fileExists(atPath: waiting) else {
                throw CommandFailure("`\(waiting)` is not there: nothing waits for a signature")
            }
            let former =
                FileManager.default.fileExists(atPath: edit.file) ? try TrustFiles.root(at: edit.file).root : nil
            var signed = try TrustFiles.waiting(at: waiting)
            for signer in try edit.signers() { try signed.sign(with: signer, allowing: former) }
            try TrustEdit.write(signed, to: waiting)
            do throws(TokenError) {
                if let former { try signed.check(after: former) } else { try signed.check() }
            } catch {
                guard error.code == .trustUnsigned else { throw error }
                return edit.report(signed, waitsAt: waiting)
            }
            try TrustEdit.write(signed, to: edit.file)
            try FileManager.default.removeItem(atPath: waiting)
            edit.report(signed)
        }
    }
}
