import Testing

import RegoValues

@Suite struct HeapTests {
    @Test func `values keep their place while the heap grows`() throws {
        let heap = Heap()
        let values = (0..<20_000).map { heap.string("value number \($0)") }
        for (index, value) in values.enumerated() { #expect(value.string == "value number \(index)") }
        #expect(heap.byteCount > 200_000)
    }

    @Test func `a heap over its limit says so and still gives memory`() {
        let heap = Heap(limit: 100_000)
        #expect(!heap.isExhausted && heap.hasRoom(for: 50_000) && !heap.hasRoom(for: 100_001))
        for _ in 0..<40 { _ = heap.string(String(repeating: "x", count: 5000)) }
        #expect(heap.isExhausted && !heap.hasRoom(for: 1) && heap.freeBytes == 0)
        #expect(heap.string("still here").string == "still here")
        heap.reset()
        #expect(!heap.isExhausted && heap.hasRoom(for: 50_000))
    }

    @Test func `a heap is as good as new after a reset`() throws {
        let heap = Heap()
        for round in 0..<50 {
            let text = "[" + (0..<round * 40).map { "\"item \($0)\"" }.joined(separator: ",") + "]"
            let value = try heap.parseJSON(Array(text.utf8))
            #expect(value.count == round * 40)
            #expect(JSONWriter.text(value) == text)
            heap.reset()
            #expect(heap.byteCount == 0)
        }
    }

    @Test func `a copy outlives the heap it was made from`() throws {
        var heap: Heap? = Heap()
        let source = try #require(heap).parseJSON(Array(#"{"a":[1,2.50,"é",{"b":null}],"c":true}"#.utf8))
        let document = Document(copying: source)
        heap = nil
        #expect(heap == nil)
        #expect(JSONWriter.text(document.root) == #"{"a":[1,2.50,"é",{"b":null}],"c":true}"#)
    }

    @Test func `the last of equal keys wins and equal set members are one`() throws {
        let heap = Heap()
        let one = try #require(heap.number(literal: "1.0"))
        let object = heap.object([(.integer(1), .string("a")), (.string("x"), .null), (one, .string("b"))])
        #expect(object.count == 2 && object.lookup(.integer(1)).string == "b")
        #expect(heap.set([.integer(1), one, .string("1")]).count == 2)
    }

    @Test(arguments: [1, 2, 16, 24, 25, 100, 1000])
    func `sorting is the standard library's`(count: Int) {
        var numbers = SeededNumbers(state: UInt64(count))
        let heap = Heap()
        let drawn = (0..<count).map { _ in Int64(bitPattern: numbers.next()) % 50 }
        #expect(heap.set(drawn.map { .integer($0) }).elements.map { $0.int64 } == Set(drawn).sorted())
        let object = heap.object(drawn.enumerated().map { (.integer($0.element), .integer($0.offset)) })
        for entry in object.entries {
            #expect(entry.value.int64.map { Int($0) } == drawn.lastIndex { .integer($0) == entry.key })
        }
    }

    @Test(arguments: [
        (0.1, "0.1"), (1e21, "1e+21"), (-0.5, "-0.5"), (3.0, "3"), (1e15, "1000000000000000"), (5e-324, "5e-324"),
    ])
    func `doubles become their shortest decimal`(double: Double, text: String) throws {
        #expect(try #require(Heap().number(double)) == Heap().number(literal: text))
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `doubles that are no number are refused`(double: Double) {
        #expect(Heap().number(double) == nil)
    }
}
