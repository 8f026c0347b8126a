public import MerkleLog

/// The key of a witness in its directory: `witness.key` (private, for its owner alone) and `witness.vkey`.
public enum WitnessKeys {
    /// - Throws: ``AuditError`` `.key`, `.storage`.
    public static func loadOrCreate(directory: String, name: String) throws(AuditError) -> CosignatureSigner {
        do throws(StorageError) {
            let storage = try PosixStorage(directory: directory, create: true)
            let signer: CosignatureSigner
            do throws(NoteError) {
                if try list(storage).contains("witness.key") {
                    let text = try contents(storage).split(separator: UInt8(ascii: "\n")).first ?? []
                    return try CosignatureSigner(text: String(decoding: text, as: UTF8.self))
                }
                signer = try CosignatureSigner(name: name)
            } catch { throw StorageError(call: "read", file: "\(directory)/witness.key", reason: "\(error)") }
            try storage.replace("witness.key", with: Array((signer.secretText + "\n").utf8), durably: true)
            try storage.replace("witness.vkey", with: Array((signer.verifier.text + "\n").utf8), durably: true)
            return signer
        } catch { throw AuditError(.key, "\(error)", fix: "restore the key from a copy, or give another directory") }
    }

    private static func list(_ storage: PosixStorage) throws(NoteError) -> [String] {
        do { return try storage.list() } catch { throw .malformed("\(error)") }
    }

    private static func contents(_ storage: PosixStorage) throws(NoteError) -> [UInt8] {
        do {
            guard try !storage.isShared("witness.key") else {
                throw StorageError(call: "stat", file: "witness.key", reason: "others may read it")
            }
            return try storage.read("witness.key", fresh: false)
        } catch { throw .malformed("\(error)") }
    }
}
