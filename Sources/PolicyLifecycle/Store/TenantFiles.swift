import PolicyBundles

/// The files of one tenant's history: `events/000001.json` and on, and `objects/` by their SHA-256.
struct TenantFiles: Sendable {
    let tenant: String
    let store: any HistoryStore
    /// Whether the one byte is looked for that was altered: about a million hashes, for whoever asks what happened.
    var findsChanges = false

    func eventPath(_ index: Int) -> String { "\(tenant)/events/\(Self.eventName(index))" }

    static func eventName(_ index: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".json"
    }

    /// The place in the chain that a file's name stands for; nil for other files.
    static func eventIndex(_ name: String) -> Int? {
        guard name.hasSuffix(".json"), let index = Int(name.dropLast(5)), index > 0, index < 1 << 53,
            eventName(index) == name
        else { return nil }
        return index
    }

    func objectPath(_ digest: BundleDigest) -> String {
        "\(tenant)/objects/\(digest.description.replacing(":", with: "-"))"
    }

    /// Keeps bytes under their digest; the same bytes are kept once.
    func keep(_ bytes: [UInt8]) async throws(LifecycleError) -> BundleDigest {
        let digest = BundleDigest(of: bytes)
        guard try await !store.create(objectPath(digest), bytes) else { return digest }
        _ = try await object(digest, for: "an object that is there already")
        return digest
    }

    /// - Throws: `.objectMissing`, `.objectChanged`.
    func object(_ digest: BundleDigest, for use: String) async throws(LifecycleError) -> [UInt8] {
        let path = objectPath(digest)
        guard let bytes = try await store.read(path) else {
            throw LifecycleError(
                .objectMissing, "\(use) is gone", location: store.location(of: path),
                fix: "restore the file from a copy")
        }
        guard BundleDigest(of: bytes) == digest else {
            let change = findsChanges ? OneByteChange.find(in: bytes, giving: digest) : nil
            throw LifecycleError(
                .objectChanged,
                "\(use) was altered\(change.map { ": \($0)" } ?? "; its content does not have the digest of its name")",
                location: store.location(of: path), byte: change?.offset, fix: "restore the file from a copy")
        }
        return bytes
    }
}
