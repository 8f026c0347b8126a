import ArgumentParser
import SignedTokens

/// Options of the commands that have a control plane.
struct SwitchKeyOptions: ParsableArguments {
    @Option(
        help:
            "The private key by which agents that are switched here are switched on all gateways, with the role `operator` in their trust root (environment: AEGIS_SWITCH_KEY)."
    )
    var switchKey: String?

    @Option(help: "A command that signs with such a key in a KMS or an HSM (environment: AEGIS_SWITCH_SIGNER).")
    var switchSigner: String?

    var key: SwitchKey {
        SwitchKey(
            key: HistoryOptions.value(switchKey, "AEGIS_SWITCH_KEY"),
            command: HistoryOptions.value(switchSigner, "AEGIS_SWITCH_SIGNER"))
    }
}

/// The key by which a control plane switches agents on all gateways. It needs no role but `operator`.
struct SwitchKey {
    let key: String?
    let command: String?

    /// - Returns: nil where none is named: switches reach one gateway.
    func open() throws -> (any Signer)? {
        switch (key, command) {
        case (nil, nil): nil
        case (let path?, nil): try KeyFile.signingKey(at: path)
        case (nil, let command?): try CommandSigner(command: command)
        case (_?, _?): throw CommandFailure("--switch-key and --switch-signer exclude each other", exitCode: 2)
        }
    }

    /// A key that no gateway believes stops nobody: better no start than a switch that does nothing.
    static func check(_ signer: any Signer, _ trust: KeyRing) throws {
        guard trust[signer.name]?.key == signer.verificationKey else {
            throw CommandFailure(
                "the key `\(signer.name)` of --switch-key is none of --trust, so that no gateway would believe it",
                fix: "add --trust trust-root.json, or the key's own --trust \(signer.name).pub.pem", exitCode: 2)
        }
    }
}
