public import MerkleLog

/// The keys of a journal, as they lie in its directory: `log.key` (private, for its owner alone) and `log.vkey` (public,
/// one a line, oldest first).
public enum AuditKeys {
    /// The gateway's keys; made when the directory has neither a key nor segments.
    /// - Returns: the signer, and every public key of the directory.
    /// - Throws: ``AuditError`` `.key`, `.invalidName`, `.storage`.
    public static func loadOrCreate(
        directory: String, gateway: String
    ) throws(AuditError) -> (signer: NoteSigner, trusted: [NoteVerifier]) {
        guard LogName.isGateway(gateway) else { throw AuditError(.invalidName, "`\(gateway)` cannot name a gateway") }
        let storage = try open(directory, create: true)
        let names = try storage.names()
        let signer =
            names.contains(JournalFiles.privateKey)
            ? try load(storage, directory) : try create(storage, directory, gateway, names)
        var trusted: [NoteVerifier] = []
        if names.contains(JournalFiles.publicKeys) {
            trusted = try parse(storage.contents(JournalFiles.publicKeys), "\(directory)/\(JournalFiles.publicKeys)")
        }
        if !trusted.contains(where: { $0.text == signer.verifier.text }) {
            trusted.append(signer.verifier)
            try write(trusted.map { $0.text + "\n" }.joined(), to: JournalFiles.publicKeys, in: storage)
        }
        return (signer, trusted)
    }

    /// The public keys in the directory of a journal.
    /// - Throws: ``AuditError`` `.notFound` where there is no journal, `.key`, `.storage`.
    public static func publicKeys(directory: String) throws(AuditError) -> [NoteVerifier] {
        try AuditReader.requireTrail(directory)
        let storage = try open(directory, create: false)
        return try parse(storage.contents(JournalFiles.publicKeys), "\(directory)/\(JournalFiles.publicKeys)")
    }

    /// Public keys from text, one vkey a line; empty lines are skipped.
    /// - Throws: ``AuditError`` `.key` naming `source` and the line.
    public static func parse(_ text: [UInt8], _ source: String) throws(AuditError) -> [NoteVerifier] {
        var keys: [NoteVerifier] = []
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.isEmpty {
            do throws(NoteError) {
                keys.append(try NoteVerifier(text: String(decoding: line, as: UTF8.self)))
            } catch {
                throw AuditError(.key, "\(error)", place: AuditPlace(file: source, line: number + 1))
            }
        }
        guard !keys.isEmpty else {
            throw AuditError(.key, "there is no key", place: AuditPlace(file: source, line: 1))
        }
        return keys
    }

    /// The key that a rotation changes to, made unless an earlier one was interrupted.
    static func prepareNext(directory: String, gateway: String) throws(AuditError) -> NoteSigner {
        let storage = try open(directory, create: false)
        let name = JournalFiles.nextPrivateKey
        if try storage.names().contains(name) {
            let signer = try load(storage, directory, name)
            // One of another name was made by mistake, and can never be this journal's: nothing was signed with it.
            if signer.name == gateway { return signer }
        }
        let signer: NoteSigner
        do throws(NoteError) { signer = try NoteSigner(name: gateway) } catch { throw AuditError(.key, "\(error)") }
        try write(signer.secretText + "\n", to: name, in: storage)
        return signer
    }

    /// Puts the next key in the place of the old one, whose private part is then gone.
    static func activateNext(
        directory: String, new: NoteSigner, trusted: [NoteVerifier]
    ) throws(AuditError) {
        let storage = try open(directory, create: false)
        let texts = trusted.map(\.text).filter { $0 != new.verifier.text } + [new.verifier.text]
        try write(texts.map { $0 + "\n" }.joined(), to: JournalFiles.publicKeys, in: storage)
        try write(new.secretText + "\n", to: JournalFiles.privateKey, in: storage)
        do throws(StorageError) { try storage.remove(JournalFiles.nextPrivateKey) } catch { throw AuditError(error) }
    }

    private static func load(
        _ storage: PosixStorage, _ directory: String, _ name: String = JournalFiles.privateKey
    ) throws(AuditError) -> NoteSigner {
        let place = AuditPlace(file: "\(directory)/\(name)", line: 1)
        let isShared: Bool
        do throws(StorageError) {
            isShared = try storage.isShared(name)
        } catch { throw AuditError(error) }
        guard !isShared else {
            throw AuditError(.key, "others may read the private key", place: place, fix: "chmod 600 \(place.file)")
        }
        let bytes = try storage.contents(name)
        let line = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        do throws(NoteError) {
            return try NoteSigner(text: String(decoding: line, as: UTF8.self))
        } catch {
            throw AuditError(.key, "\(error)", place: place)
        }
    }

    private static func create(
        _ storage: PosixStorage, _ directory: String, _ gateway: String, _ names: [String]
    ) throws(AuditError) -> NoteSigner {
        guard !names.contains(where: { JournalFiles.segmentNumber($0) != nil }) else {
            throw AuditError(
                .key, "the journal in \(directory) has lost its private key",
                fix: "put \(JournalFiles.privateKey) back, or begin a new journal elsewhere")
        }
        let signer: NoteSigner
        do throws(NoteError) {
            signer = try NoteSigner(name: gateway)
        } catch { throw AuditError(.key, "\(error)") }
        try write(signer.secretText + "\n", to: JournalFiles.privateKey, in: storage)
        return signer
    }

    private static func open(_ directory: String, create: Bool) throws(AuditError) -> PosixStorage {
        do throws(StorageError) {
            return try PosixStorage(directory: directory, create: create)
        } catch { throw AuditError(error) }
    }

    private static func write(_ text: String, to name: String, in storage: PosixStorage) throws(AuditError) {
        do throws(StorageError) {
            try storage.replace(name, with: Array(text.utf8), durably: true)
        } catch { throw AuditError(error) }
    }
}
