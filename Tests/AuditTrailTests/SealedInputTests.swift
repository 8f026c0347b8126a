@testable import AuditTrail
import Crypto
import Foundation
import Testing

/// Inputs outside of the chain: encrypted, found by their decision, erased in place, and never waited for.
struct SealedInputTests {
    let storage = MemoryStorage()
    let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
    static let start: Int64 = 1_795_409_523_000_000_000

    func store(_ change: (inout SealedInputStore.Configuration) -> Void = { _ in }) throws -> SealedInputStore {
        var configuration = SealedInputStore.Configuration()
        configuration.gathering = .zero
        change(&configuration)
        return try SealedInputStore(storage: storage, key: key, configuration: configuration)
    }

    /// The id of a decision begun `seconds` after the start.
    func name(_ number: Int, seconds: Int64 = 0) -> InputName {
        let milliseconds = UInt64((SealedInputTests.start / 1_000_000) + seconds * 1000)
        return InputName(high: milliseconds << 16 | 0x7000, low: UInt64(number))
    }

    func input(_ number: Int, seconds: Int64 = 0, text: String? = nil) -> SealedInput {
        SealedInput(
            name: name(number, seconds: seconds), time: SealedInputTests.start + seconds * 1_000_000_000,
            plain: Array((text ?? "secret-\(number)").utf8))
    }

    func plain(_ reader: inout SealedInputReader, _ name: InputName) throws -> String? {
        guard case .kept(let bytes) = try reader.input(name) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `what was kept is found again, and is nowhere in clear`() throws {
        let store = try store()
        for number in 0..<100 { store.keep(input(number)) }
        store.close()
        #expect(store.status == SealedInputStore.Status(kept: 100, dropped: 0, failure: nil))
        var reader = SealedInputReader(storage: storage, key: key)
        for number in 0..<100 { #expect(try plain(&reader, name(number)) == "secret-\(number)") }
        #expect(try reader.input(name(100)) == .missing)
        for (file, _) in storage.files {
            #expect(!String(decoding: storage[file], as: UTF8.self).contains("secret"))
        }
    }

    @Test func `an erased input is zeros, the others stay, and a file that grows goes on being read`() throws {
        let store = try store()
        var reader = SealedInputReader(storage: storage, key: key)
        for number in 0..<3 { store.keep(input(number)) }
        store.close()
        let before = storage["00000001.sealed"]
        let doomed = try reader.doom([name(1), name(9), name(1)])
        #expect(doomed.count == 1)
        try reader.erase(doomed)
        #expect(try reader.doom([name(1)]).count == 0)
        #expect(try reader.input(name(1)) == .erased)
        #expect(try plain(&reader, name(0)) == "secret-0")
        #expect(try plain(&reader, name(2)) == "secret-2")
        let after = storage["00000001.sealed"]
        #expect(before.count == after.count)
        #expect(storage.files["00000001.sealed"]?.disk == after)
        // What encrypts is gone with its tag: no byte of the box is left.
        let box = 92 + 28 + 24 + 28..<92 + 28 + 24 + 28 + 24
        #expect(after[box].allSatisfy { $0 == 0 })
        #expect(!before[box].allSatisfy { $0 == 0 })
        let again = try self.store()
        again.keep(input(3))
        again.close()
        #expect(try plain(&reader, name(3)) == "secret-3")
    }

    @Test func `a changed input, an entry put in another's place, and another key are told`() throws {
        let store = try store()
        for number in 0..<2 { store.keep(input(number)) }
        store.close()
        let bytes = storage["00000001.sealed"]
        var changed = bytes
        changed[92 + 28] ^= 1
        storage.set("00000001.sealed", changed)
        var reader = SealedInputReader(storage: storage, key: key)
        do {
            _ = try reader.input(name(0))
            Issue.record("a changed input was opened")
        } catch {
            #expect(
                error.description == "the input in 00000001.sealed at byte 92 was changed [audit_damaged]")
        }
        let entry = 28 + 8 + 16
        let swapped =
            bytes[..<92] + bytes[(92 + entry)..<(92 + 2 * entry)] + bytes[92..<(92 + entry)]
            + bytes[(92 + 2 * entry)...]
        storage.set("00000001.sealed", Array(swapped))
        reader = SealedInputReader(storage: storage, key: key)
        #expect(throws: AuditError.self) { try reader.input(name(0)) }
        var stranger = SealedInputReader(storage: storage, key: SymmetricKey(size: .bits256))
        do {
            _ = try stranger.input(name(0))
            Issue.record("another key opened an input")
        } catch {
            #expect(error.code == .key)
        }
    }

    @Test func `a tail that a crash cut is not there, and nothing is appended to it`() throws {
        let store = try store()
        for number in 0..<3 { store.keep(input(number)) }
        store.close()
        for cut in [1, 20, 51, 60, 100] {
            let crashed = MemoryStorage(["00000001.sealed": Array(storage["00000001.sealed"].dropLast(cut))])
            let again = try SealedInputStore(storage: crashed, key: key, configuration: .init())
            again.keep(input(7))
            again.close()
            var reader = SealedInputReader(storage: crashed, key: key)
            #expect(try plain(&reader, name(0)) == "secret-0")
            #expect(try reader.input(name(2)) == .missing)
            #expect(try plain(&reader, name(7)) == "secret-7")
        }
        // A file that never got its header.
        let empty = MemoryStorage(["00000001.sealed": [1, 2, 3]])
        var reader = SealedInputReader(storage: empty, key: key)
        #expect(try reader.input(name(0)) == .missing)
    }

    @Test func `files end after a day or when full, and one that is empty goes unless something came in`() throws {
        let store = try store { $0.fileBytes = 400 }
        for number in 0..<20 { store.keep(input(number)) }
        let day: Int64 = 86_400
        store.keep(input(20, seconds: 2 * day))
        store.close()
        let files = storage.files.keys.filter { $0.hasSuffix(".sealed") }.sorted()
        #expect(files.count > 3)
        var reader = SealedInputReader(storage: storage, key: key)
        for number in 0..<20 { #expect(try plain(&reader, name(number)) == "secret-\(number)") }
        #expect(try plain(&reader, name(20, seconds: 2 * day)) == "secret-20")
        let writer = try SealedInputWriter(storage: storage, master: key, fileBytes: 400)
        try writer.append([input(21, seconds: 2 * day + 1), input(22, seconds: 2 * day + 2)])
        func old(_ number: UInt64, _ seconds: Int64) -> OldInputs {
            OldInputs(number: number, newest: SealedInputTests.start + seconds * 1_000_000_000)
        }
        let open = UInt64(files.count + 1)
        try writer.remove([old(1, 0), old(open, 2 * day + 1)])
        var fresh = SealedInputReader(storage: storage, key: key)
        #expect(try fresh.input(name(0)) == .missing)
        #expect(try plain(&fresh, name(22, seconds: 2 * day + 2)) == "secret-22")
        try writer.remove([old(open, 2 * day + 2)])
        #expect(storage.files.keys.filter { $0.hasSuffix(".sealed") }.sorted() == Array(files.dropFirst()))
    }

    /// Seconds after the start, of one input after the other: the clock is wrong for a while and is set right.
    static let jumps: [[Int64]] = [
        [0, 10, 315_360_000, 315_360_010, 20, 30, 90_000, 315_360_020],
        [0, 10, 50_000, 50_010, 20, 30, 5000, 49_000],
        [0, 10, -315_360_000, -315_360_010, 20, 30],
        [0, 1000, 500, 400, 1100, 5000, 1200],
    ]

    @Test(arguments: jumps, [1 << 20, 150]) func `a clock that jumps hides no input, from reading and from erasing`(
        seconds: [Int64], fileBytes: Int
    ) throws {
        let store = try store { $0.fileBytes = fileBytes }
        for (number, second) in seconds.enumerated() { store.keep(input(number, seconds: second)) }
        store.close()
        var reader = SealedInputReader(storage: storage, key: key)
        let names = seconds.enumerated().map { name($0.offset, seconds: $0.element) }
        for (number, name) in names.enumerated() { #expect(try plain(&reader, name) == "secret-\(number)") }
        let doomed = try reader.doom(names)
        #expect(doomed.count == seconds.count)
        try reader.erase(doomed)
        for name in names { #expect(try reader.input(name) == .erased) }
    }

    @Test func `an id whose time no clock shows is of no input, also where a clock was ahead`() throws {
        let ahead = SealedInputTests.start + 315_360_000 * 1_000_000_000
        for (number, created) in [(UInt64(1), ahead), (2, SealedInputTests.start)] {
            let header = try #require(
                SealedInputFormat.header(
                    number: number, created: created, key: SymmetricKey(size: .bits256), sealedWith: key))
            storage.set(SealedInputFormat.fileName(number), header)
        }
        var reader = SealedInputReader(storage: storage, key: key)
        let last = try #require(InputName(decisionID: "ffffffff-ffff-7fff-8fff-ffffffffffff"))
        #expect(try reader.input(last) == .missing)
    }

    @Test func `inputs that an earlier version put into a file begun ahead of their time are found`() throws {
        let ahead = SealedInputTests.start + 315_360_000 * 1_000_000_000
        let fileKey = SymmetricKey(size: .bits256)
        var file = try #require(SealedInputFormat.header(number: 1, created: ahead, key: fileKey, sealedWith: key))
        #expect(
            SealedInputFormat.append(
                name(0), time: SealedInputTests.start, plain: Array("secret-0".utf8), key: fileKey, at: file.count,
                to: &file))
        storage.set("00000001.sealed", file)
        let store = try store()
        store.keep(input(1, seconds: 60))
        store.close()
        var reader = SealedInputReader(storage: storage, key: key)
        #expect(try plain(&reader, name(0)) == "secret-0")
        #expect(try plain(&reader, name(1, seconds: 60)) == "secret-1")
    }

    @Test func `where the disk refuses to erase, it is told`() throws {
        let store = try store()
        store.keep(input(0))
        store.close()
        var reader = SealedInputReader(storage: storage, key: key)
        let doomed = try reader.doom([name(0)])
        storage.fails = { call, _ in call == "fdatasync" }
        do {
            try reader.erase(doomed)
            Issue.record("an erasure that is not on the disk was not told")
        } catch { #expect(error.code == .storage) }
        storage.fails = { _, _ in false }
        // Gone with its file meanwhile.
        storage.files["00000001.sealed"] = nil
        try reader.erase(doomed)
    }

    @Test func `more than fits is dropped and counted`() throws {
        let store = try store { configuration in
            configuration.queuedInputs = 8
            configuration.largestInput = 100
            configuration.gathering = .seconds(5)
        }
        store.keep(input(0, text: String(repeating: "x", count: 101)))
        #expect(store.status.dropped == 1)
        // The store gathers until half of what it holds has come; nothing can be lost of what was taken.
        for number in 1..<200 { store.keep(input(number)) }
        store.close()
        #expect(store.status.kept + store.status.dropped == 200)
        #expect(store.status.kept >= 8)
    }

    @Test func `a full disk drops inputs, and the next ones are kept`() throws {
        let store = try store { $0.gathering = .zero }
        store.keep(input(0))
        while store.status.kept < 1 { usleep(1000) }
        storage.fails = { call, file in call == "write" && file.hasSuffix(".sealed") }
        store.keep(input(1))
        while store.status.dropped < 1 { usleep(1000) }
        #expect(store.status.failure?.contains("No space left on device") == true)
        storage.fails = { _, _ in false }
        store.keep(input(2))
        store.close()
        #expect(store.status.failure == nil)
        var reader = SealedInputReader(storage: storage, key: key)
        #expect(try plain(&reader, name(0)) == "secret-0")
        #expect(try reader.input(name(1)) == .missing)
        #expect(try plain(&reader, name(2)) == "secret-2")
    }

    @Test func `a second store on the same files is refused`() throws {
        let store = try store()
        #expect(throws: StorageError.self) { try self.store() }
        store.close()
    }

    @Test func `an id of no time that records can have is of the last one`() throws {
        let last = try #require(InputName(decisionID: "ffffffff-ffff-7000-8000-000000000000"))
        #expect(last.time == .max)
        let usual = try #require(InputName(decisionID: "019aafa8-0f78-7000-8000-000000000000"))
        #expect(usual.time == 0x019a_afa8_0f78 * 1_000_000)
    }

    @Test func `a commitment opens with its salt and its value, and with nothing else`() throws {
        let salt = InputCommitment()
        #expect(salt.hexadecimalSalt.count == 32)
        let told = try #require(InputCommitment(hexadecimal: salt.hexadecimalSalt))
        #expect(told.commitment(to: "abc") == salt.commitment(to: "abc"))
        #expect(salt.commitment(to: "abc") != salt.commitment(to: "abd"))
        #expect(InputCommitment().commitment(to: "abc") != salt.commitment(to: "abc"))
        #expect(InputCommitment(hexadecimal: "00") == nil)
        // RFC 4231 has no key of this length; this is Python's hmac.new(bytes(range(16)), b"abc", "sha256").
        #expect(
            InputCommitment(salt: Array(0..<16)).commitment(to: "abc")
                == "hmac-sha256:d601cc177559b0248459787f7e804ed7f27689b5995c59b661802d9682fdf8d2")
    }
}
