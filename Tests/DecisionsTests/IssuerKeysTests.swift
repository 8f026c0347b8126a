import Decisions
import SignedTokens
import Synchronization
import Testing

/// An issuer that publishes its keys at a URL: rotation, outage, and tokens that name made-up keys.
@Suite struct IssuerKeysTests {
    /// A place that publishes a key set, and counts who asks.
    final class Place: Sendable {
        struct Outage: Error {}

        private let state = Mutex<(set: [UInt8]?, asked: Int)>((nil, 0))

        var asked: Int { state.withLock { $0.asked } }

        func publish(_ set: [UInt8]?) { state.withLock { $0.set = set } }

        func answer() throws -> [UInt8] {
            try state.withLock { state in
                state.asked += 1
                guard let set = state.set else { throw Outage() }
                return set
            }
        }
    }

    let place = Place()
    let keys: FetchedIssuerKeys

    init() throws { keys = try FetchedIssuerKeys() }

    func set(_ names: String...) throws -> [UInt8] {
        let members = try names.map { try SigningKey(generating: .edDSA, name: $0).verificationKey.jsonWebKey }
        return Array(#"{"keys":[\#(members.joined(separator: ","))]}"#.utf8)
    }

    func look(at second: Int) async throws -> Bool {
        let place = place
        return try await keys.refresh(at: .seconds(second)) { () async throws -> [UInt8] in try place.answer() }
    }

    @Test func `rotated keys are taken up when their time comes`() async throws {
        place.publish(try set("k1"))
        #expect(try await look(at: 0))
        #expect(keys.ring.keyIDs == ["k1"])
        place.publish(try set("k2", "k3"))
        #expect(try await !look(at: 599))
        #expect(keys.ring.keyIDs == ["k1"])
        #expect(try await look(at: 600))
        #expect(keys.ring.keyIDs == ["k2", "k3"])
        #expect(place.asked == 2)
    }

    @Test func `a token by an unknown key brings the rotated ones sooner`() async throws {
        place.publish(try set("k1"))
        #expect(try await look(at: 0))
        place.publish(try set("k2"))
        keys.noteUnknownKey()
        #expect(try await !look(at: 29))
        #expect(try await look(at: 30))
        #expect(keys.ring.keyIDs == ["k2"])
    }

    @Test func `tokens by made-up keys make nobody ask more than twice a minute`() async throws {
        place.publish(try set("k1"))
        for second in 0..<600 {
            for _ in 0..<10 { keys.noteUnknownKey() }
            _ = try await look(at: second)
        }
        #expect(place.asked == 20)
    }

    @Test func `an outage leaves the last keys in force, and is looked into again`() async throws {
        await #expect(throws: Place.Outage.self) { () async throws in _ = try await look(at: 0) }
        #expect(keys.ring.isEmpty)
        place.publish(try set("k1"))
        keys.noteUnknownKey()
        #expect(try await !look(at: 29))
        #expect(try await look(at: 30))
        place.publish(nil)
        await #expect(throws: Place.Outage.self) { () async throws in _ = try await look(at: 630) }
        #expect(keys.ring.keyIDs == ["k1"])
        // Nobody asked for a key that is not there, so it is the usual time that brings the next look.
        #expect(try await !look(at: 1229))
        place.publish(try set("k2"))
        #expect(try await look(at: 1230))
        #expect(keys.ring.keyIDs == ["k2"])
    }

    static let unusable: [([UInt8], String)] = [
        (Array(#"{"keys":[]}"#.utf8), "the key set holds no key that can be used"),
        ([UInt8](repeating: 0x20, count: (1 << 20) + 1), "the key set has 1048577 bytes; at most 1 MiB"),
    ]

    @Test(arguments: unusable.indices)
    func `a set that cannot be used takes no key away`(row: Int) async throws {
        place.publish(try set("k1"))
        #expect(try await look(at: 0))
        let (bytes, message) = Self.unusable[row]
        place.publish(bytes)
        await #expect(throws: IssuerKeysError(message: message)) { () async throws in _ = try await look(at: 600) }
        place.publish(Array("<html>".utf8))
        await #expect(throws: TokenError.self) { () async throws in _ = try await look(at: 1200) }
        #expect(keys.ring.keyIDs == ["k1"])
    }
}
