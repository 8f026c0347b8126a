import Crypto
import MerkleLog
import SignedTokens

/// A note that a log key signed.
struct CheckedNote {
    let checkpoint: Checkpoint
    /// What those who co-signed have seen.
    let witnesses: [WitnessSight]
    /// The log's keys that signed it.
    let signers: [NoteVerifier]
}

extension PackKey.Validity {
    /// A key that counts within these limits; nil where one of them is no time.
    fileprivate func trusted(_ key: VerificationKey, of person: String?) -> TrustedKey? {
        let limits = [from, until, revoked].map { text in text.map(UTCTime.init) }
        guard !limits.contains(where: { $0 == .some(nil) }) else { return nil }
        let times = limits.map { $0 ?? nil }
        return TrustedKey(
            key, person: person, validFrom: times[0], validUntil: times[1],
            revocation: times[2].map { Revocation(at: $0, reason: "", isCompromised: false) })
    }
}

/// The keys of a pack that count: listed, matching their files, and among those named from elsewhere where some are.
struct CheckedKeys {
    private var log: [NoteVerifier] = []
    private(set) var witnesses: [CosignatureVerifier] = []
    private(set) var pack: [VerificationKey] = []
    private(set) var policies: [TrustedKey] = []
    private(set) var reviews: [TrustedKey] = []
    private(set) var listed: [PackReport.Key] = []

    init(
        _ entries: [PackKey], _ pem: [String: VerificationKey], _ expectation: PackExpectation, log: String,
        fault: (PackError) -> Void
    ) {
        for entry in entries {
            // It stands before the fingerprint that people compare.
            guard !entry.name.isEmpty, entry.name.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                fault(PackError(.key, "a key has a name that is none", at: PackLayout.keys))
                continue
            }
            guard let key = pem[entry.file], key.fingerprint == entry.fingerprint else {
                fault(PackError(.key, "the key `\(entry.name)` is not the one listed", at: entry.file))
                continue
            }
            let named = expectation.fingerprints(entry.use)
            guard named?.contains(entry.fingerprint) ?? true else { continue }
            switch entry.use {
            case .pack: pack.append(key)
            case .policies: policies.append(TrustedKey(key, scope: entry.scope))
            case .reviews:
                let validity = entry.validity ?? PackKey.Validity()
                guard let trusted = validity.trusted(key, of: entry.person) else {
                    fault(PackError(.key, "the validity of `\(entry.name)` is none", at: PackLayout.keys))
                    continue
                }
                reviews.append(trusted)
            case .checkpoints:
                guard let verifier = entry.vkey.flatMap({ try? NoteVerifier(text: $0) }),
                    verifier.publicKey.fingerprint == entry.fingerprint
                else {
                    fault(PackError(.key, "the vkey of `\(entry.name)` is not of this key", at: PackLayout.keys))
                    continue
                }
                self.log.append(verifier)
            case .witness:
                guard let verifier = entry.vkey.flatMap({ try? CosignatureVerifier(text: $0) }),
                    verifier.publicKey.fingerprint == entry.fingerprint
                else {
                    fault(PackError(.key, "the vkey of `\(entry.name)` is not of this key", at: PackLayout.keys))
                    continue
                }
                witnesses.append(verifier)
            }
            listed.append(
                PackReport.Key(
                    name: entry.name, use: entry.use.rawValue, fingerprint: entry.fingerprint, isNamed: named != nil))
        }
        // Those that are named must have signed, whether the pack lists them or not.
        witnesses += expectation.witnessKeys.filter { named in !witnesses.contains { $0.text == named.text } }
    }

    /// Lets one more key sign the log.
    mutating func trust(_ key: NoteVerifier) {
        if !log.contains(where: { $0.text == key.text }) { log.append(key) }
    }

    /// The checkpoint in a note, once a log key is seen to have signed it.
    /// - Throws: ``PackError`` `.checkpoint`.
    func open(_ note: [UInt8], _ what: String, at place: String) throws(PackError) -> CheckedNote {
        do throws(NoteError) {
            let signed = try SignedNote(parsing: note)
            let checkpoint = try Checkpoint(text: signed.text)
            let signers = try signed.verify(with: log)
            var sights: [WitnessSight] = []
            for witness in witnesses {
                guard let time = try witness.time(of: signed) else { continue }
                sights.append(WitnessSight(witness, size: checkpoint.size, seconds: time))
            }
            return CheckedNote(checkpoint: checkpoint, witnesses: sights, signers: signers)
        } catch {
            throw PackError(.checkpoint, "\(what): \(error)", at: place)
        }
    }
}
