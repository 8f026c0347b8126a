public import Crypto

/// Finds and opens sealed inputs, and erases them in place, while the store may be in use.
public struct SealedInputReader {
    /// What became of a decision's input.
    public enum Entry: Sendable, Hashable {
        /// Its plain form, JSON.
        case kept([UInt8])
        /// It was kept, and erased.
        case erased
        /// It was never kept, or its file is gone.
        case missing
    }

    private struct File {
        let created: Int64
        let key: SymmetricKey
        var places: [InputName: SealedInputFormat.Place] = [:]
        /// Where the next entry will stand, in a file that grows.
        var end = SealedInputFormat.headerBytes
    }

    private let storage: any JournalStorage
    private let master: SymmetricKey
    /// The files that were looked into last.
    private var files: [(number: UInt64, file: File)] = []
    private static let mostFiles = 16
    /// When each file was begun.
    private var dates: [UInt64: Int64] = [:]
    /// How far inputs may stand from the order of their times.
    private static let disorder: Int64 = 1_000_000_000
    /// How many files that were begun before are looked into: the clock may have been set back some times meanwhile.
    private static let filesBefore = 8
    /// An input is written after its decision was begun: by this much at most, else it is not found.
    private static let longestDecision: Int64 = 3600 * 1_000_000_000

    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String, key: SymmetricKey) throws(AuditError) {
        do throws(StorageError) {
            self.init(storage: try PosixStorage(directory: directory, create: false), key: key)
        } catch { throw AuditError(error) }
    }

    init(storage: any JournalStorage, key: SymmetricKey) {
        self.storage = storage
        master = key
    }

    /// The input of a decision.
    /// - Throws: ``AuditError`` `.storage`; `.damaged` for one that was changed; `.key` where the key is another.
    public mutating func input(_ name: InputName) throws(AuditError) -> Entry {
        guard let (number, file, place) = try find(name) else { return .missing }
        let bytes = try read(number, from: place.offset, atMost: place.end - place.offset)
        let header = Array(bytes.prefix(SealedInputFormat.entryHeaderBytes))
        let box = Array(bytes.dropFirst(SealedInputFormat.entryHeaderBytes))
        if box.allSatisfy({ $0 == 0 }) { return .erased }
        guard let plain = SealedInputFormat.open(header: header, box: box, key: file.key, at: place.offset) else {
            throw AuditError(
                .damaged, "the input in \(SealedInputFormat.fileName(number)) at byte \(place.offset) was changed")
        }
        return .kept(plain)
    }

    /// Where inputs stand that are to be erased.
    public struct Doomed: Sendable {
        fileprivate var places: [UInt64: [SealedInputFormat.Place]] = [:]
        /// How many there are.
        public var count: Int { places.values.reduce(0) { $0 + $1.count } }

        mutating func add(_ place: SealedInputFormat.Place, in file: UInt64) { places[file, default: []].append(place) }

        func erase(in storage: any JournalStorage) throws(AuditError) {
            for (number, places) in places.sorted(by: { $0.key < $1.key }) {
                let name = SealedInputFormat.fileName(number)
                do throws(StorageError) {
                    let file = try storage.open(name, create: false)
                    defer { file.close() }
                    for place in places {
                        try file.write([UInt8](repeating: 0, count: place.boxBytes), at: place.boxOffset)
                    }
                    try file.sync()
                } catch {
                    // A file that has expired meanwhile took them with it.
                    guard try !storage.names().contains(name) else { throw AuditError(error) }
                }
            }
        }
    }

    /// Finds those inputs of these decisions that are there, and not erased yet.
    /// - Throws: ``AuditError`` `.storage`, `.key`.
    public mutating func doom(_ names: some Sequence<InputName>) throws(AuditError) -> Doomed {
        var doomed = Doomed()
        for name in Set(names).sorted(by: { ($0.high, $0.low) < ($1.high, $1.low) }) {
            guard let (number, _, place) = try find(name) else { continue }
            let box = try read(number, from: place.boxOffset, atMost: place.boxBytes)
            if box.contains(where: { $0 != 0 }) { doomed.add(place, in: number) }
        }
        return doomed
    }

    /// Overwrites them with zeros, durably.
    /// - Throws: ``AuditError`` `.storage`; some may then be erased already.
    public func erase(_ doomed: Doomed) throws(AuditError) { try doomed.erase(in: storage) }

    private mutating func find(
        _ name: InputName
    ) throws(AuditError) -> (UInt64, File, SealedInputFormat.Place)? {
        for number in try candidates(for: name.time) {
            let file = try file(number, isWanted: { $0.places[name] != nil })
            if let place = file?.places[name], let file { return (number, file, place) }
        }
        return nil
    }

    // The file that was being written at that time, then those before it, since inputs do not stand strictly in the order of
    // their times, then later ones; and last those that an earlier version may have gone on with after its clock was set back.
    private mutating func candidates(for time: Int64) throws(AuditError) -> [UInt64] {
        var dated: [(number: UInt64, created: Int64)] = []
        for number in try storage.names().compactMap(SealedInputFormat.fileNumber).sorted() {
            if dates[number] == nil {
                dates[number] = try header(number).flatMap { SealedInputFormat.created($0, number: number) }
            }
            if let created = dates[number] { dated.append((number, created)) }
        }
        // A clock that was ahead for a while leaves files that were begun later than the next one.
        let ahead = zip(dated, dated.dropFirst()).filter { $0.created > $1.created }.map(\.0)
        dated.sort { ($0.created, $0.number) < ($1.created, $1.number) }
        let split = dated.firstIndex { $0.created > time } ?? dated.count
        let before = dated[..<split].reversed()
        // An id may claim any time.
        let (sum, isBeyond) = time.addingReportingOverflow(Self.longestDecision)
        let latest = isBeyond ? .max : sum
        let close = before.prefix { $0.created >= time - Self.disorder }
        return close.map(\.number) + before.dropFirst(close.count).prefix(Self.filesBefore).map(\.number)
            + dated[split...].prefix { $0.created <= latest }.map(\.number)
            + ahead.filter { $0.created > latest }.map(\.number)
    }

    // The file's entries; those that were appended since the last look too, unless it is wanted as it is.
    private mutating func file(_ number: UInt64, isWanted: (File) -> Bool) throws(AuditError) -> File? {
        let known = files.firstIndex { $0.number == number }
        if let known, isWanted(files[known].file) { return files[known].file }
        var file: File
        if let known {
            // Most files do not grow any more, and reading one is not cheap.
            if try read(number, from: files[known].file.end, atMost: 1).isEmpty { return files[known].file }
            file = files.remove(at: known).file
        } else {
            guard let header = try header(number), let created = SealedInputFormat.created(header, number: number)
            else {
                return nil
            }
            guard let key = SealedInputFormat.key(header, openedWith: master) else {
                throw AuditError(
                    .key, "\(SealedInputFormat.fileName(number)) was sealed with another key",
                    fix: "give the inputs.key of the gateway that wrote it")
            }
            file = File(created: created, key: key)
        }
        let bytes = try read(number, from: file.end, atMost: .max)
        var offset = 0
        let base = file.end
        while let place = SealedInputFormat.place(at: offset, in: bytes) {
            file.places[place.name] = SealedInputFormat.Place(
                name: place.name, time: place.time, offset: base + offset, boxBytes: place.boxBytes)
            offset = place.end
        }
        file.end = base + offset
        files.append((number, file))
        if files.count > Self.mostFiles { files.removeFirst() }
        return file
    }

    // Nil for a file that a crash left without one.
    private func header(_ number: UInt64) throws(AuditError) -> [UInt8]? {
        let bytes = try read(number, from: 0, atMost: SealedInputFormat.headerBytes)
        return bytes.count == SealedInputFormat.headerBytes ? bytes : nil
    }

    // Empty for a file that has just expired.
    private func read(_ number: UInt64, from offset: Int, atMost count: Int) throws(AuditError) -> [UInt8] {
        let name = SealedInputFormat.fileName(number)
        do throws(StorageError) {
            guard count == .max else { return try storage.read(name, from: offset, atMost: count) }
            return Array(try storage.read(name, fresh: false).dropFirst(offset))
        } catch {
            guard try !storage.names().contains(name) else { throw AuditError(error) }
            return []
        }
    }
}
