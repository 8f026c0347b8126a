import RegoValues
import Testing

@testable import Decisions

@Suite struct DeclaredNamesTests {
    static let schema = """
        {
          "type": "object",
          "properties": {
            "amount": {"type": "number"}, "kind": {"type": "string"}, "caf\u{e9}": {"type": "string"},
            "to": {"$ref": "#/$defs/account"},
            "items": {"type": "array", "items": {"$ref": "#/$defs/item"}}
          },
          "allOf": [
            {"properties": {"tags": {"type": "object"}}},
            {"properties": {"payee": {"properties": {"bank": {"type": "string"}}}}},
            {"properties": {"payee": {"properties": {"limit": {"type": "number"}}}}}
          ],
          "oneOf": [{"properties": {"card": {"type": "string"}}}, {"properties": {"cash": {"type": "boolean"}}}],
          "if": {"properties": {"rush": {"const": true}}}, "then": {"properties": {"courier": {"type": "string"}}},
          "dependentSchemas": {"card": {"properties": {"holder": {"type": "string"}}}},
          "patternProperties": {"^x-": {"properties": {"level": {"type": "number"}}}},
          "$defs": {
            "account": {"properties": {"iban": {"type": "string"}, "parent": {"$ref": "#/$defs/account"}}},
            "item": {"properties": {"sku": {"type": "string"}}}
          }
        }
        """

    private func twin(_ json: String) throws -> String? {
        let (schema, heap) = (try Document(json: Array(Self.schema.utf8)), Heap())
        let value = try heap.parseJSON(Array(json.utf8))
        return withExtendedLifetime((schema, heap)) { DeclaredNames(schema: schema.root).twin(in: value) }
    }

    @Test(arguments: [
        (#"{"amount": 1, "Amount": 2}"#, "amount"), (#"{"AMOUNT": 2}"#, "amount"),
        // The sign for kelvin; and what the other Unicode form of the last letter is.
        (#"{"\u212aind": "x"}"#, "kind"), (#"{"cafe\u0301": "x"}"#, "caf\u{e9}"), (#"{"Tags": {}}"#, "tags"),
        (#"{"to": {"iban": "a", "IBAN": "b"}}"#, "iban"),
        (#"{"to": {"parent": {"parent": {"parent": {"Iban": "b"}}}}}"#, "iban"),
        (#"{"items": [{"sku": "a"}, {"Sku": "b"}]}"#, "sku"),
        // Of alternatives any may be what the tool binds by, and of several schemas of one member each.
        (#"{"Card": "x"}"#, "card"), (#"{"CASH": true}"#, "cash"), (#"{"Courier": "x"}"#, "courier"),
        (#"{"Rush": true}"#, "rush"), (#"{"Holder": "x"}"#, "holder"), (#"{"payee": {"Limit": 1}}"#, "limit"),
        (#"{"payee": {"bank": "x", "BANK": "y"}}"#, "bank"), (#"{"x-a": {"Level": 1}}"#, "level"),
    ])
    func `a declared name in another spelling is seen, at every level`(json: String, name: String) throws {
        #expect(try twin(json) == name)
    }

    @Test(arguments: [
        "{}", "[]", "1", #"{"amount": 1, "kind": "a", "caf\u00e9": "b", "to": {"iban": "c"}, "items": [{"sku": "d"}]}"#,
        // Names that nobody declares are nobody's spelling, also of each other.
        #"{"memo": 1, "Memo": 2}"#, #"{"tags": {"a": 1, "A": 2, "Amount": 3}}"#, #"{"amounts": 1, "am": 2}"#,
        #"{"items": {"Sku": 1}}"#, #"{"to": [{"IBAN": 1}]}"#,
    ])
    func `every other name is what it seems to be`(json: String) throws {
        #expect(try twin(json) == nil)
    }

    @Test func `tens of thousands of names that are not declared are looked at once each`() throws {
        let members = (0..<50_000).map { "\"n\($0)\": 1" }.joined(separator: ",")
        #expect(try twin("{\(members), \"amounT\": 1}") == "amount")
    }
}
