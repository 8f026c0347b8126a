internal import Crypto

/// Appends sealed inputs to a file of its own, and begins another when that is full or a day old, and where the clock
/// jumps: inputs are looked for in the files that were begun around their time. Used by one thread.
final class SealedInputWriter {
    private let storage: any JournalStorage
    private let master: SymmetricKey
    private let fileBytes: Int
    private var next: UInt64
    private var file: (any JournalFile)?
    private var key = SymmetricKey(size: .bits256)
    private var offset = 0
    private var created: Int64 = 0
    private var newest: Int64 = 0
    private(set) var hasUnsynced = false

    static let longestFile: Int64 = 86_400 * 1_000_000_000
    /// A clock that goes back by more has jumped, and so has one that goes ahead by more in a file with much in it.
    private static let smallestJump: Int64 = 60 * 1_000_000_000
    /// Longer than this nothing at all comes, also in a file with little in it, but for a jump or a quiet hour.
    private static let longestPause: Int64 = 3600 * 1_000_000_000
    private static let littleBytes = 1 << 20

    init(storage: any JournalStorage, master: SymmetricKey, fileBytes: Int) throws(StorageError) {
        self.storage = storage
        self.master = master
        self.fileBytes = fileBytes
        next = (try storage.list().compactMap(SealedInputFormat.fileNumber).max() ?? 0) + 1
    }

    /// - Throws: where the disk refuses; the batch then counts as lost, and the next one gets another file.
    func append(_ batch: ArraySlice<SealedInput>) throws(StorageError) {
        do throws(StorageError) {
            var rest = batch
            while let first = rest.first {
                if file == nil || isApart(first.time) || offset >= fileBytes {
                    try begin(created: first.time)
                }
                var buffer: [UInt8] = []
                while let entry = rest.first,
                    buffer.isEmpty || offset + buffer.count < fileBytes && !isApart(entry.time)
                {
                    guard
                        SealedInputFormat.append(
                            entry.name, time: entry.time, plain: entry.plain, key: key, at: offset + buffer.count,
                            to: &buffer)
                    else { throw StorageError(call: "seal", file: SealedInputFormat.fileName(next - 1), reason: "AES") }
                    newest = max(newest, entry.time)
                    rest.removeFirst()
                }
                try file?.write(buffer, at: offset)
                offset += buffer.count
                hasUnsynced = true
            }
        } catch {
            file?.close()
            file = nil
            throw error
        }
    }

    private func isApart(_ time: Int64) -> Bool {
        time - created > Self.longestFile || newest - time > Self.smallestJump
            || time - newest > (offset < Self.littleBytes ? Self.longestPause : Self.smallestJump)
    }

    func sync() {
        try? file?.sync()
        hasUnsynced = false
    }

    /// Removes files in which nothing is left. The one that is being written stays if it has got something newer since.
    func remove(_ emptied: [OldInputs]) throws(StorageError) {
        for old in emptied {
            if file != nil, old.number == next - 1 {
                guard newest <= old.newest else { continue }
                close()
            }
            try storage.remove(SealedInputFormat.fileName(old.number))
        }
    }

    func close() {
        sync()
        file?.close()
        file = nil
    }

    private func begin(created time: Int64) throws(StorageError) {
        close()
        let name = SealedInputFormat.fileName(next)
        key = SymmetricKey(size: .bits256)
        guard let header = SealedInputFormat.header(number: next, created: time, key: key, sealedWith: master) else {
            throw StorageError(call: "seal", file: name, reason: "AES")
        }
        next += 1
        let file = try storage.open(name, create: true)
        self.file = file
        try file.write(header, at: 0)
        (offset, created, newest) = (header.count, time, time)
    }
}

/// A file of inputs in which nothing is left.
public struct OldInputs: Sendable, Hashable {
    let number: UInt64
    /// When the newest of them was recorded, nanoseconds since 1970.
    public let newest: Int64
}
