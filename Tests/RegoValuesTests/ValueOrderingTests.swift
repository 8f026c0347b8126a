import Testing

import RegoValues

@Suite struct ValueOrderingTests {
    /// Ascending; each row's values are equal to one another and less than the next row's.
    static let rows = [
        ["null"], ["false"], ["true"], ["-1e400"], ["-9223372036854775809"], ["-9223372036854775808"],
        ["-2.5", "-25e-1"],
        ["-1", "-1.0", "-10e-1"], ["-0.001", "-1e-3"], ["0", "-0", "0.0", "0e99", "-0.0e-5"], ["1e-400"],
        ["0.1", "1e-1", "0.10"],
        ["0.2"], ["1", "1.0", "1e0", "0.1e1", "10e-1", "100E-2"], ["1.0000000000000000000000000000001"], ["2"], ["9"],
        ["10", "1e1", "1.0E+1"], ["9007199254740992"], ["9007199254740993"],
        ["9223372036854775807", "9223372036854775807.0"],
        ["9223372036854775808"], ["1000000000000000000000000000000", "1e30"], ["1000000000000000000000000000001"],
        ["1e400", "10e399"],
        [#""""#], [#""A""#], [#""a""#], [#""aa""#], [#""ab""#, #""\u0061b""#], [#""b""#], [#""é""#], [#""\uffff""#],
        [#""😀""#],
        ["[]"], ["[1]", "[1.0]"], ["[1,1]"], ["[2]"], ["{}"], [#"{"a":1}"#, #"{"a":1.0}"#], [#"{"a":1,"b":1}"#],
        [#"{"a":2}"#], [#"{"b":0}"#],
    ]

    @Test func `values are in Rego's total order`() throws {
        let heap = Heap()
        let rows = try Self.rows.map { try $0.map { try heap.parseJSON(Array($0.utf8)) } }
        for (low, left) in rows.enumerated() {
            for (high, right) in rows.enumerated() {
                for a in left {
                    for b in right {
                        let order = Value.compare(a, b)
                        #expect(
                            (order < 0) == (low < high) && (order > 0) == (low > high),
                            "\(Self.rows[low]) \(Self.rows[high])")
                        #expect((a == b) == (low == high))
                        if low == high { #expect(a.contentHash == b.contentHash, "\(Self.rows[low])") }
                    }
                }
            }
        }
    }

    @Test func `sets come after objects and are sorted and unique`() {
        let heap = Heap()
        let set = heap.set([.integer(3), .string("x"), .integer(1), .integer(3), .null])
        #expect(JSONWriter.text(set) == #"[null,1,3,"x"]"#)
        #expect(Value.compare(heap.object([(.string("a"), .null)]), set) < 0)
        #expect(set.contains(.integer(3)) && !set.contains(.integer(2)))
        #expect(set.lookup(.string("x")) == .string("x"))
        #expect(Value.compare(.undefined, .null) < 0)
    }

    @Test func `large objects and sets answer alike with and without an index`() throws {
        var text = "{"
        for index in 0..<500 { text += "\(index == 0 ? "" : ",")\"k\(index &* 7919 % 500)\":\(index)" }
        text += "}"
        let bytes = Array(text.utf8)
        let heap = Heap()
        let plain = try heap.parseJSON(bytes)
        let document = try Document(json: bytes)
        #expect(plain == document.root)
        #expect(plain.contentHash == document.root.contentHash)
        for index in 0..<500 {
            let key = heap.string("k\(index)")
            let found = plain.lookup(key)
            #expect(!found.isUndefined)
            #expect(document.root.lookup(key) == found)
            #expect(document.root.lookup(utf8: key.utf8) == found)
        }
        #expect(plain.lookup("k500").isUndefined && document.root.lookup("k500").isUndefined)
        #expect(plain.lookup(.integer(1)).isUndefined && document.root.lookup(.null).isUndefined)
        let members = heap.set(plain.entries.map { $0.value })
        let copied = Document(copying: members)
        for index in 0..<500 { #expect(copied.root.contains(.integer(index)) && members.contains(.integer(index))) }
        #expect(!copied.root.contains(.integer(500)) && !members.contains(.integer(500)))
    }

    @Test func `keys of every length are found by constant name`() throws {
        let heap = Heap()
        let object = try heap.parseJSON(
            Array(#"{"":0,"a":1,"ab":2,"abc":3,"abcd":4,"abcde":5,"abcdefg":7,"abcdefgh":8,"abcdefghijk":11}"#.utf8))
        #expect(object.lookup("").int64 == 0)
        #expect(object.lookup("a").int64 == 1)
        #expect(object.lookup("ab").int64 == 2)
        #expect(object.lookup("abc").int64 == 3)
        #expect(object.lookup("abcd").int64 == 4)
        #expect(object.lookup("abcde").int64 == 5)
        #expect(object.lookup("abcdefg").int64 == 7)
        #expect(object.lookup("abcdefgh").int64 == 8)
        #expect(object.lookup("abcdefghijk").int64 == 11)
        #expect(object.lookup("abcdefghijl").isUndefined)
        #expect(object.lookup("b").isUndefined)
        #expect(Value.integer(1).lookup("a").isUndefined)
    }

    @Test func `array elements are found by whole numbers only`() throws {
        let heap = Heap()
        let array = try heap.parseJSON(Array("[10,11,12]".utf8))
        #expect(array.lookup(.integer(2)) == .integer(12))
        #expect(array.lookup(try #require(heap.number(literal: "1.0"))) == .integer(11))
        #expect(array.lookup(.integer(3)).isUndefined)
        #expect(array.lookup(.integer(-1)).isUndefined)
        #expect(array.lookup(try #require(heap.number(literal: "0.5"))).isUndefined)
        #expect(array.lookup(.string("0")).isUndefined)
    }
}
