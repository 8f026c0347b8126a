internal import Crypto

/// Appends sealed inputs to a file of its own, and begins another when that is full or a day old. Used by one thread.
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
                if file == nil || first.time - created > Self.longestFile || offset >= fileBytes {
                    try begin(created: first.time)
                }
                var buffer: [UInt8] = []
                while let entry = rest.first, buffer.isEmpty || offset + buffer.count < fileBytes {
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

    func sync() {
        try? file?.sync()
        hasUnsynced = false
    }

    /// Removes the files whose entries are all older than `horizon`.
    /// - Returns: how many.
    func expire(before horizon: Int64) throws(StorageError) -> Int {
        if file != nil, newest < horizon { close() }
        var removed = 0
        let isOpen = file != nil
        let numbers = try storage.list().compactMap(SealedInputFormat.fileNumber).sorted()
        for number in numbers where !(isOpen && number == next - 1) {
            let name = SealedInputFormat.fileName(number)
            guard try SealedInputWriter.newest(in: storage.read(name, fresh: false)) ?? .min < horizon else { continue }
            try storage.remove(name)
            removed += 1
        }
        return removed
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
