import AuditTrail
import Crypto
import MerkleLog
import SignedTokens

/// A public key of a pack, with what its list says of it.
struct ListedKey {
    let entry: PackKey
    let key: VerificationKey

    init(
        _ key: VerificationKey, _ use: PackKey.Use, vkey: String? = nil, validity: PackKey.Validity? = nil,
        person: String? = nil, scope: String? = nil
    ) {
        self.key = key
        entry = PackKey(
            name: key.name, use: use, algorithm: key.algorithm == .edDSA ? "Ed25519" : key.algorithm.rawValue,
            fingerprint: key.fingerprint, file: PackLayout.key(key.name), vkey: vkey, validity: validity,
            person: person, scope: scope)
    }

    init(_ trusted: TrustedKey, _ use: PackKey.Use) {
        let limits = [trusted.validFrom, trusted.validUntil, trusted.revocation?.at]
        self.init(
            trusted.key, use,
            validity: limits.allSatisfy { $0 == nil }
                ? nil
                : PackKey.Validity(
                    from: limits[0]?.description, until: limits[1]?.description, revoked: limits[2]?.description),
            person: use == .reviews ? trusted.person : nil, scope: use == .policies ? trusted.scope : nil)
    }
}

extension PackBuilder {
    /// Every public key that something in the pack is checked with.
    /// - Throws: ``PackError`` `.key` when two keys bear one name.
    func keys(_ scan: PackScan) throws -> [ListedKey] {
        var keys = [ListedKey(signer.verificationKey, .pack)]
        keys += scan.policies.signers.map { ListedKey($0, .policies) }
        keys += scan.policies.reviewers.map { ListedKey($0, .reviews) }
        for key in sources.logKeys where key.name == sources.gateway || key.name == sources.log {
            let named = try key.named(sources.log)
            let name = "log-" + named.hexIdentifier
            keys.append(
                ListedKey(
                    try VerificationKey(ed25519: key.publicKey.rawRepresentation, name: name), .checkpoints,
                    vkey: named.text, validity: scan.keyValidity[key.text]))
        }
        if let witness = scan.witnessedInPack?.witness {
            keys.append(
                ListedKey(
                    try VerificationKey(
                        ed25519: witness.publicKey.rawRepresentation, name: "witness-" + witness.hexIdentifier),
                    .witness, vkey: witness.text))
        }
        var seen: [String: VerificationKey] = [:]
        for key in keys {
            guard seen[key.entry.name] == nil || seen[key.entry.name] == key.key else {
                throw PackError(
                    .key, "two keys are named `\(key.entry.name)`", fix: "sign the pack with a key of another name")
            }
            seen[key.entry.name] = key.key
        }
        return keys
    }

    func write(_ keys: [ListedKey], to output: PackOutput) throws {
        try output.add(PackLayout.keys, PackJSON.encode(PackKeys(keys: keys.map(\.entry))))
        var written: Set<String> = []
        for key in keys where written.insert(key.entry.file).inserted { try output.add(key.entry.file, key.key.pem) }
    }
}

extension NoteVerifier {
    /// The key id, 8 hexadecimal digits.
    var hexIdentifier: String { String(text.split(separator: "+")[1]) }
}

extension CosignatureVerifier {
    var hexIdentifier: String { String(text.split(separator: "+")[1]) }
}
