import Crypto

extension ObjectStore {
    /// Puts an object that is never to change, and reads it back: on return the store has these very bytes, kept as asked.
    ///
    /// Idempotent: what is there already is read and compared, and kept for longer where that is asked for.
    /// - Returns: whether it was not there before.
    /// - Throws: `.answerInvalid` where the store gives back something else, `.unsupported` where it does not keep what it was
    ///   asked to keep, and what `put` and `inspect` throw.
    public func keep(
        _ bytes: [UInt8], at key: String, retention: ObjectRetention?
    ) async throws(ObjectStoreError) -> Bool {
        var isNew = true
        do throws(ObjectStoreError) {
            _ = try await put(bytes, at: key, when: .absent, retention: retention)
        } catch {
            guard error.code == .conditionFailed else { throw error }
            isNew = false
        }
        let stored = try await same(bytes, at: key)
        guard let retention, stored.retention?.covers(retention) != true else { return isNew }
        if !isNew {
            try await retain(key, retention)
            if try await same(bytes, at: key).retention?.covers(retention) == true { return false }
        }
        throw ObjectStoreError(
            .unsupported, "the store took the object and does not keep it as it was asked to",
            location: "\(name)/\(key)",
            fix:
                "use a bucket with Object Lock, and give the right to read locks (s3:GetObjectRetention, s3:GetObjectLegalHold)"
        )
    }

    private func same(_ bytes: [UInt8], at key: String) async throws(ObjectStoreError) -> StoredObject {
        var stored: StoredObject?
        do throws(ObjectStoreError) { stored = try await inspect(key, limit: bytes.count) } catch {
            guard error.code == .tooLarge else { throw error }
        }
        guard let stored, SHA256.hash(data: stored.bytes) == SHA256.hash(data: bytes) else {
            throw ObjectStoreError(
                .answerInvalid, "the store does not give back what was put there", location: "\(name)/\(key)",
                fix: "look at who else writes there; what is here stays until the store has it")
        }
        return stored
    }
}
