/// The head of a log: its name, how many leaves it has, and the root over them. Source: c2sp.org/tlog-checkpoint.
public struct Checkpoint: Sendable, Hashable {
    /// The log's name; one line, not empty.
    public let origin: String
    public let size: UInt64
    public let root: MerkleHash

    public init(origin: String, size: UInt64, root: MerkleHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads a note's text. Extension lines after the root are allowed and skipped.
    /// - Throws: ``NoteError/malformed``.
    public init(text: String) throws(NoteError) {
        guard text.utf8.last == UInt8(ascii: "\n") else { throw .malformed("its last line is not ended") }
        let lines = text.utf8.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }) else {
            throw .malformed("a checkpoint has an origin, a size and a root, each on its line")
        }
        let digits = Array(lines[1])
        guard let size = UInt64(String(decoding: digits, as: UTF8.self)), String(size).utf8.elementsEqual(digits),
            size <= UInt64(Int64.max)
        else { throw .malformed("a checkpoint's size is a decimal number without leading zeros") }
        guard let root = MerkleHash(base64: lines[2]) else {
            throw .malformed("a checkpoint's root is base64 of 32 bytes")
        }
        self.init(origin: String(decoding: Array(lines[0]), as: UTF8.self), size: size, root: root)
    }

    /// The three lines that are signed.
    public var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// The checkpoint as a note, signed.
    /// - Throws: ``NoteError``.
    public func signed(by signer: NoteSigner) throws(NoteError) -> SignedNote {
        try SignedNote(text: text, signers: [signer])
    }

    /// The checkpoint in `note`, once at least one of the keys is seen to have signed it and none of them wrongly.
    /// - Throws: ``NoteError``.
    public init(verifying note: SignedNote, with keys: [NoteVerifier]) throws(NoteError) {
        try note.verify(with: keys)
        try self.init(text: note.text)
    }
}
