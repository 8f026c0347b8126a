import Decisions
import Foundation
@testable import StateStoreSQLite
import Testing

struct BookPageTests {
    @Test(arguments: [
        (7, 100, true), (15, 100, true), (0, 100, false), (8, 100, false), (7, 512, true), (7, 513, false),
        (511, 8192, false),
    ])
    func `others go first after each eighth decision, unless too many wait`(place: Int, count: Int, isSo: Bool) {
        #expect(BookPage.letsOthersGo(before: place, of: count) == isSo)
    }
}

struct OpenRecordsTests {
    private func names(_ numbers: some Sequence<Int>) -> [DecisionID] {
        numbers.map { DecisionID(high: UInt64($0), low: .max - UInt64($0)) }
    }

    private func records(_ numbers: some Sequence<Int>) -> OpenRecords {
        names(numbers).reduce(into: OpenRecords()) { $0.insert($1) }
    }

    @Test func `a list is read as it was written`() throws {
        for count in [0, 1, 2, 512] {
            let written = records(0..<count)
            #expect(written.blob.count == 16 * count)
            #expect(try OpenRecords(blob: written.blob) == written)
            #expect(try OpenRecords(blob: (Data([0]) + written.blob).dropFirst()) == written)
        }
    }

    @Test(arguments: [1, 15, 17, 31])
    func `a list that was cut is no list`(bytes: Int) {
        let error = #expect(throws: StateStoreError.self) { _ = try OpenRecords(blob: Data(count: bytes)) }
        #expect(
            error?.description
                == "the list of decisions without a record is not made of names of 16 bytes [state.corrupt]")
    }

    @Test func `those on record leave it, and the oldest where there are too many`() {
        var open = records(0..<600)
        #expect(open.remove(Set(names([3, 5, 900]))) == names([3, 5]))
        #expect(open.remove([]) == [])
        #expect(open.removeExcess() == names((0..<88).filter { $0 != 3 && $0 != 5 }))
        #expect(open == records(88..<600))
        #expect(open.removeExcess() == [])
    }
}
