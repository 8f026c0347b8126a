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
    /// When the newest input of each closed file was recorded; never changes.
    private var newestTimes: [UInt64: Int64] = [:]
    private var createdTimes: [UInt64: Int64] = [:]

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

    /// The files whose entries are all older than `horizon`. Opens only those that were begun before it, each of them once.
    func old(before horizon: Int64) throws(StorageError) -> [OldInputs] {
        if file != nil, newest < horizon { close() }
        var old: [OldInputs] = []
        for number in try storage.list().compactMap(SealedInputFormat.fileNumber).sorted() {
            guard !(file != nil && number == next - 1), let newest = try newestTime(of: number, begunBefore: horizon),
                newest < horizon
            else { continue }
            old.append(OldInputs(number: number, newest: newest))
        }
        return old
    }

    func remove(_ old: [OldInputs]) throws(StorageError) {
        for file in old {
            try storage.remove(SealedInputFormat.fileName(file.number))
            newestTimes[file.number] = nil
            createdTimes[file.number] = nil
        }
    }

    // Nil for a file that was not begun then. No input of a file is much older than the file is.
    private func newestTime(of number: UInt64, begunBefore horizon: Int64) throws(StorageError) -> Int64? {
        if let known = newestTimes[number] { return known }
        let name = SealedInputFormat.fileName(number)
        if createdTimes[number] == nil {
            let header = try storage.read(name, from: 0, atMost: SealedInputFormat.headerBytes)
            // One without a header has nothing in it that can be read.
            createdTimes[number] = SealedInputFormat.created(header, number: number) ?? .min
        }
        guard let created = createdTimes[number], created < horizon else { return nil }
        let bytes = try storage.read(name, fresh: false)
        let newest = max(created, Self.newest(in: bytes) ?? .min)
        newestTimes[number] = newest
        return newest
    }

    func close() {
        if file != nil { newestTimes[next - 1] = newest }
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
        createdTimes[next - 1] = time
    }

    private static func newest(in file: [UInt8]) -> Int64? {
        var offset = SealedInputFormat.headerBytes
        var newest: Int64?
        while let place = SealedInputFormat.place(at: offset, in: file) {
            newest = max(newest ?? .min, place.time)
            offset = place.end
        }
        return newest
    }
}

/// A file of inputs that are all older than some time.
public struct OldInputs: Sendable, Hashable {
    let number: UInt64
    /// When the newest of them was recorded, nanoseconds since 1970.
    public let newest: Int64
}
