import RegoRuntime
import RegoValues
import Testing

/// A crash in a builtin is a crash of the gateway, so every builtin meets every odd value.
@Suite struct OddArgumentTests {
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private static let texts = [
        "", " ", "a", "é", "😀", "\u{0}", "-", "+", ".", "/", "//", "%", "%%d%s%v%", "%!", "%[9]d", "%*d", "%99999999d",
        "%-010.5x", "{", "}", "{{", "{{.}}",
        "{{range .}}", "{{end}}", "{a,b", "[", "]", "[a-", "[!", "[z-a]", "(", ")", "*", "+*", "a**b", "\\", "$1", "${",
        "$$", "a{1000}{1000}", "(?P<n>a)", "<>",
        "0", "1", "-1", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e999999", "1e-999999",
        "0.000000001m", "10Mi", "1E", "e", "nan", "inf",
        "2006-01-02T15:04:05Z07:00", "2020-02-30T25:61:61Z", "0000-00-00T00:00:00Z", "2020-01-02T03:04:05.678+09:30",
        "9999-12-31T23:59:59.999999999Z",
        "Jan _2 2006", "MST", ".000", ".999999999", "1h1m1s", "-1ns", "9999999h",
        "Europe/Berlin", "UTC", "Local", "/etc/passwd", "..", "1.2.3", "1.2.3-", "v1.2.3+x", "1.2.3.4/0", "1.2.3.4/32",
        "::/0", "::ffff:1.2.3.4/128", "::", "1::2::3", "/", "a=b&c", "%zz", "+",
        "aGVsbG8=", "====", "zz", "00", "urn:uuid:000003e8-48b9-21ee-b200-325096b39f47", "{}", "[1,2",
        "{\"type\":\"object\"}", "null", "\u{ff}\u{fffd}", "a/~0~1", "data", "package x",
    ]

    private static let numberTexts = [
        "0", "-0", "1", "-1", "2", "3", "8", "10", "16", "63", "64", "1000", "0.5", "-0.5", "1.0", "1e2", "1e-5",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "18446744073709551616", "1e30", "1e400", "-1e400", "1e999", "1e-999", "1e1001", "1e999999990",
        "123456789012345678901234567890.123456789", "253402300799000000000",
    ]

    private func pool(_ heap: Heap) throws -> [Value] {
        var values: [Value] = [.null, .true, .false, .emptyArray, .emptyObject, .emptySet]
        values += Self.texts.map { heap.string($0) }
        values += try Self.numberTexts.map { try #require(heap.number(literal: $0)) }
        values += [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0x25, 0xff]].map { heap.string(utf8: $0) }
        values.append(heap.string(String(repeating: "ab%d*", count: 400)))
        let scalars = values
        for start in stride(from: 0, to: scalars.count - 3, by: 3) {
            values.append(heap.array(scalars[start..<start + 3]))
            values.append(heap.set(scalars[start..<start + 3]))
            values.append(heap.object([(scalars[start], scalars[start + 1]), (scalars[start + 2], scalars[start])]))
        }
        for (keys, value) in [
            ("type", "items"), ("op", "path"), ("path", "value"), ("indent", "prefix"), ("url", "method"),
            ("$ref", "#"),
        ] {
            values.append(
                heap.object([(heap.string(keys), heap.string(value)), (heap.string(value), heap.string(keys))]))
        }
        values.append(
            heap.array([heap.array([.integer(Int64.min), heap.string("Europe/Berlin"), heap.string("MST -0700 .999")])])
        )
        return values
    }

    /// The kinds that a declared type lets through, to reach beyond the first check of the arguments.
    private func kinds(_ type: BuiltinType) -> Set<Value.Kind> {
        switch type {
        case .any: [.null, .boolean, .number, .string, .array, .object, .set]
        case .null: [.null]
        case .boolean: [.boolean]
        case .number: [.number]
        case .string: [.string]
        case .array: [.array]
        case .object: [.object]
        case .set: [.set]
        case .anyOf(let types): types.reduce(into: []) { $0.formUnion(kinds($1)) }
        }
    }

    @Test(arguments: Builtins.all.map(\.name)) func `no argument makes a builtin trap`(name: String) throws {
        let builtin = try #require(Builtins.byName[name])
        let heap = Heap(limit: 4 << 20)
        let values = try pool(heap)
        let work = Heap(limit: 4 << 20)
        let context = BuiltinContext(heap: work, now: 1_600_000_000_000_000_000, randomSeed: 3)
        let fitting = builtin.signature.parameters.map { type in values.filter { kinds(type).contains($0.kind) } }
        var numbers = Numbers(state: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        var answered = 0
        for round in 0..<400 {
            let arguments = fitting.map { candidates in
                let choices = round % 8 == 0 ? values : candidates
                return choices[Int(numbers.next() % UInt64(choices.count))]
            }
            work.reset()
            context.restart(heap: work, now: context.now, randomSeed: 3)
            let result = arguments.withUnsafeBufferPointer { buffer in
                do { return try builtin.function(buffer, context) } catch { return .undefined }
            }
            // The result must be a whole value: write it, copy it, compare it.
            if !result.isUndefined {
                answered += 1
                let copy = heap.copy(result)
                #expect(copy == result && copy.contentHash == result.contentHash)
                #expect(!JSONWriter.text(result).isEmpty)
            }
            if heap.isExhausted { break }
        }
        // Those that refuse by design, and those whose arguments must fit one another.
        let neverAnswers: Set = [
            "http.send", "rego.parse_module", "time.parse_ns", "net.cidr_intersects", "net.cidr_contains",
            "semver.compare", "providers.aws.sign_req", "crypto.x509.parse_keypair",
            "crypto.x509.parse_certificate_request",
        ]
        let needsToken = name.hasPrefix("io.jwt.")
        #expect(answered > 0 || needsToken || neverAnswers.contains(name), "\(name) never gave a value")
    }
}
