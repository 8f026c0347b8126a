internal import MerkleLog

/// What holds for every text that may be a signed note: what was read is written as it came.
enum NoteProperty {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        if let note = try? SignedNote(parsing: bytes) {
            guard Array(note.encoded.utf8) == bytes else {
                throw FuzzFinding("another note came back:\n\(note.encoded)")
            }
            try check(checkpoint: note.text)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        try check(checkpoint: text)
        if let key = try? NoteVerifier(text: text), key.text != text {
            throw FuzzFinding("another key came back: \(key.text)")
        }
    }

    private static func check(checkpoint text: String) throws(FuzzFinding) {
        guard let checkpoint = try? Checkpoint(text: text) else { return }
        guard (try? Checkpoint(text: checkpoint.text)) == checkpoint else {
            throw FuzzFinding("another checkpoint came back:\n\(checkpoint.text)")
        }
    }
}
