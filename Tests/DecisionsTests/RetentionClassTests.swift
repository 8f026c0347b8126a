import RegoValues
import Testing

@testable import Decisions

/// Which class a decision's record gets: its policy's, else its tenant's, else none.
struct RetentionClassTests {
    private static func classes(_ json: String, tenant: String? = nil) throws -> RetentionClasses {
        let document = try Document(json: Array(json.utf8))
        return try withExtendedLifetime(document) { try RetentionClasses(document.root, tenant: tenant) }
    }

    @Test func `a policy's class comes before its tenant's`() throws {
        let classes = try Self.classes(#"{"payments":"sox","ehr":"hipaa"}"#, tenant: "soc2")
        #expect(classes.name(policy: "payments") == "sox")
        #expect(classes.name(policy: "ehr") == "hipaa")
        #expect(classes.name(policy: "other") == "soc2")
        #expect(classes.name(policy: nil) == "soc2")
        #expect(try Self.classes("{}").name(policy: "payments") == nil)
        #expect(try Self.classes("null", tenant: "pci").name(policy: "payments") == "pci")
    }

    @Test(arguments: [#"[]"#, #""sox""#, #"{"payments":""}"#, #"{"payments":7}"#, #"{"payments":null}"#])
    func `what is not understood stops the bundle`(json: String) {
        #expect(throws: CatalogError.self) { try Self.classes(json) }
    }

    @Test(arguments: [#"{"retention":7}"#, #"{"retention":""}"#, #"{"retention":null}"#])
    func `a tenant's class is a name`(json: String) throws {
        let document = try Document(json: Array(json.utf8))
        withExtendedLifetime(document) {
            #expect(throws: CatalogError("the tenant's `retention` is not the name of a class")) {
                try TenantSettings(document.root)
            }
        }
    }
}
