public import PolicyBundles
public import SignedTokens

/// An event with its signature, as its file holds it: canonical JSON (RFC 8785) and a line feed.
public struct SignedEvent: Sendable, Hashable {
    public static let largest = 4 << 20

    public let event: LifecycleEvent
    /// `HEADER..SIGNATURE`, a detached JWS over the event without it (RFC 7515, appendix F).
    public let signature: String
    public let bytes: [UInt8]
    /// Of the whole file; the next event names it.
    public let digest: BundleDigest

    /// Signs an event.
    /// - Throws: `.signingFailed`.
    public init(signing event: LifecycleEvent, with signer: any Signer) throws(LifecycleError) {
        do {
            signature = try DetachedSignature.make(
                over: event.payload, type: ApprovalStatement.tokenType, by: signer)
        } catch {
            throw LifecycleError(.signingFailed, error.message, fix: error.fix)
        }
        self.event = event
        var members = event.members
        members["signature"] = .text(signature)
        bytes = SignedDocument.object(members).canonical + [0x0a]
        digest = BundleDigest(of: bytes)
    }

    /// Reads the file of an event; whether anybody should believe it is for ``HistoryState`` to say.
    /// - Throws: `.eventInvalid`, with the first byte that is not as it would have been written.
    public init(reading bytes: [UInt8]) throws(LifecycleError) {
        let canonical: [UInt8]
        do throws(TokenError) {
            let document = try SignedDocument(json: bytes, limit: Self.largest)
            guard case .object(var members) = document, case .text(let signature) = members["signature"] else {
                throw TokenError(.documentInvalid, "`signature` must be a string")
            }
            members["signature"] = nil
            event = try LifecycleEvent(members)
            self.signature = signature
            canonical = document.canonical + [0x0a]
        } catch {
            throw LifecycleError(.eventInvalid, error.message, fix: "restore the file from a copy")
        }
        guard canonical == bytes else {
            let place = zip(canonical, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            throw LifecycleError(
                .eventInvalid, "the event is not in its one canonical form",
                byte: place ?? min(canonical.count, bytes.count), fix: "restore the file from a copy")
        }
        self.bytes = bytes
        digest = BundleDigest(of: bytes)
    }

    /// The compact JWS that signature and payload make; a manifest carries it.
    /// - Throws: `.eventInvalid`.
    public func statement() throws(LifecycleError) -> String {
        do {
            return try DetachedSignature.attach(signature, to: event.payload)
        } catch {
            throw LifecycleError(.eventInvalid, error.message)
        }
    }

    /// - Throws: `.eventChanged` when the key did not sign exactly this.
    func verify(with key: VerificationKey) throws(LifecycleError) {
        do throws(TokenError) {
            let token = try UnverifiedToken(
                compact: DetachedSignature.attach(signature, to: event.payload), limit: Self.largest * 2)
            let verified = try token.verified(by: key, type: ApprovalStatement.tokenType)
            guard key.algorithm != .es256 || ECDSASignature.isLowS(verified.signature) else {
                throw TokenError(.signatureInvalid, "the signature is not in low-s form")
            }
        } catch {
            throw LifecycleError(
                .eventChanged,
                "event \(event.index) (\(event.id), \(event.body.kind.rawValue) by `\(event.person)`) is not what `\(key.name)` signed: \(error.message)",
                fix: "restore the file from a copy")
        }
    }
}
