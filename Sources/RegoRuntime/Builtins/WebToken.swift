import RegoValues

/// The parts of a token in JWS compact serialization (RFC 7515, 7.1).
struct WebToken {
    let header: ArraySlice<UInt8>
    let payload: ArraySlice<UInt8>
    private let encodedSignature: ArraySlice<UInt8>

    init(_ text: some Sequence<UInt8>) throws(BuiltinError) {
        let parts = Array(text).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if parts.count < 2 { throw .failure("encoded JWT had no period separators") }
        guard parts.count == 3 else { throw .failure("encoded JWT must have 3 sections, found \(parts.count)") }
        (header, payload, encodedSignature) = (parts[0], parts[1], parts[2])
    }

    /// What is signed.
    var signedBytes: [UInt8] { header + [UInt8(ascii: ".")] + payload }

    func signature() throws(BuiltinError) -> [UInt8] { try EncodingBuiltins.decodeURL(encodedSignature) }

    /// The header's object, in the heap.
    func decodedHeader(_ heap: Heap) throws(BuiltinError) -> Value {
        let bytes: [UInt8]
        do throws(BuiltinError) {
            bytes = try EncodingBuiltins.decodeURL(header)
        } catch {
            throw .failure("JWT header had invalid encoding: \(error.message)")
        }
        let value: Value
        do throws(BuiltinError) {
            value = try Self.object(bytes, heap)
        } catch {
            throw .failure("bad JWT header: \(error.message)")
        }
        if !value.lookup("enc").isUndefined { throw .failure("JWT is a JWE object, which is not supported") }
        return value
    }

    func decodedPayload() throws(BuiltinError) -> [UInt8] {
        do throws(BuiltinError) {
            return try EncodingBuiltins.decodeURL(payload)
        } catch {
            throw .failure("JWT payload had invalid encoding: \(error.message)")
        }
    }

    /// Of equal keys the last counts.
    static func object(_ json: [UInt8], _ heap: Heap) throws(BuiltinError) -> Value {
        let value: Value
        do throws(JSONError) {
            value = try heap.parseJSON(json, limits: JSONBuiltins.limits)
        } catch {
            throw .failure("invalid JSON: \(error)")
        }
        guard value.kind == .object else { throw .failure("decoded JSON type was not an Object") }
        return value
    }
}

/// The parameters of a token's header that verification looks at.
struct TokenHeader {
    private(set) var algorithm = ""
    private(set) var keyID = ""
    private(set) var contentType = ""
    private var critical: Set<String> = []
    private var unknown: [String] = []

    init(_ header: Value) throws(BuiltinError) {
        for entry in header.entries {
            let name = entry.key.string ?? ""
            switch name {
            case "alg": algorithm = try Self.text(name, entry.value)
            case "kid": keyID = try Self.text(name, entry.value)
            case "typ": _ = try Self.text(name, entry.value)
            case "cty": contentType = try Self.text(name, entry.value)
            case "crit": critical = try Self.names(entry.value)
            default: unknown.append(name)
            }
        }
    }

    private static func text(_ name: String, _ value: Value) throws(BuiltinError) -> String {
        guard let text = value.string else { throw .failure("\(name): must be a string") }
        return text
    }

    /// Names up to the first that is no string.
    private static func names(_ value: Value) throws(BuiltinError) -> Set<String> {
        guard value.kind == .array else { throw .failure("crit: must be a list") }
        let names = value.elements.prefix { $0.kind == .string }.compactMap(\.string)
        if names.isEmpty { throw .failure("crit: must be a nonempty list") }
        return Set(names)
    }

    /// Whether there is an algorithm, and no critical parameter that is unknown (RFC 7515, 4.1.11).
    var isValid: Bool { !algorithm.isEmpty && critical.isDisjoint(with: unknown) }
}
