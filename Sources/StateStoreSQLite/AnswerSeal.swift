import Crypto
import Decisions
import Foundation

/// Seals the answers that retries are given again: they hold rewritten parameters. AES-256-GCM under the gateway's key, bound to
/// whose answer it is.
struct AnswerSeal: Sendable {
    private let key: SymmetricKey
    /// What a sealed answer begins with.
    private static let version: UInt8 = 1

    init(_ key: SymmetricKey) { self.key = key }

    struct Place {
        var tenant: String
        var agent: String
        /// The idempotency key.
        var key: String
        var decision: DecisionID

        /// Length-prefixed, so that no two places read alike.
        fileprivate var bytes: [UInt8] {
            [tenant, agent, key, decision.description].flatMap { text in
                withUnsafeBytes(of: UInt32(clamping: text.utf8.count).bigEndian) { Array($0) } + Array(text.utf8)
            }
        }
    }

    /// What a retry is told apart by, and what it is answered. Nothing of either stands in clear: whoever guesses what a call asked
    /// could try guesses against its fingerprint.
    struct Kept: Equatable {
        var claim: SpendOrder.IdempotencyClaim
        var answer: [UInt8]
    }

    func seal(_ kept: Kept, at place: Place) throws -> Data {
        let fingerprint = kept.claim.fingerprint
        guard let length = UInt8(exactly: fingerprint.count) else {
            throw StateStoreError(.write, "a fingerprint of \(fingerprint.count) bytes cannot be kept")
        }
        guard
            let box = try AES.GCM.seal([length] + fingerprint + kept.answer, using: key, authenticating: place.bytes)
                .combined
        else { throw StateStoreError(.write, "an answer cannot be sealed") }
        return Data([Self.version]) + box
    }

    /// - Throws: ``StateStoreError`` `.corrupt` for an answer that was changed, is another's, or was sealed with another key.
    func open(_ sealed: Data, at place: Place) throws -> Kept {
        guard sealed.first == Self.version, let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst()),
            let plain = try? AES.GCM.open(box, using: key, authenticating: place.bytes), let length = plain.first,
            plain.count > length
        else {
            throw StateStoreError(.corrupt, "an answer under an idempotency key cannot be opened with `answers.key`")
        }
        let rest = plain.dropFirst()
        return Kept(
            claim: SpendOrder.IdempotencyClaim(key: place.key, fingerprint: Array(rest.prefix(Int(length)))),
            answer: Array(rest.dropFirst(Int(length))))
    }
}
