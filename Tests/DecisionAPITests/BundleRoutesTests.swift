import Decisions
import HTTPTypes
import Testing

@testable import DecisionAPI

@Suite struct BundleRoutesTests {
    @Test(
        arguments: [
            ("modes=snapshot,delta;wait=30", 30), ("wait=7", 7), ("modes=snapshot, wait=9", 9), ("modes=snapshot", nil),
            ("wait=x", nil),
            ("wait=-1", nil), ("", nil), ("wait=99999999999", nil),
        ] as [(String, Int?)])
    func `a wish to wait is read as OPA writes it and as the RFC does`(header: String, seconds: Int?) throws {
        var fields = HTTPFields()
        if let name = HTTPField.Name("prefer") { fields[name] = header }
        #expect(BundlePreferences(fields).wait == seconds.map { .seconds($0) })
    }

    @Test func `the service is not there unless it is switched on`() async throws {
        try await Gateway().run { (caller) async throws in
            #expect(try await caller.send(.get, "/v1/bundles/acme").status == 404)
        }
    }
}
