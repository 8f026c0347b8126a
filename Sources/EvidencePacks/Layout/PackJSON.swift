import Foundation
import RegoValues

/// The JSON files of a pack: snake_case, sorted, indented for people, and read strictly.
enum PackJSON {
    static func encode(_ value: some Encodable) throws(PackError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try bytes { try encoder.encode(value) } + [UInt8(ascii: "\n")]
    }

    /// One line.
    static func compact(_ value: some Encodable) throws(PackError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try bytes { try encoder.encode(value) }
    }

    /// - Throws: `code` at `path` for what is no strict JSON of this form: no name twice, nothing missing.
    static func decode<Result: Decodable>(
        _ type: Result.Type, from bytes: [UInt8], at path: String, _ code: PackError.Code,
        keys: JSONDecoder.KeyDecodingStrategy = .convertFromSnakeCase
    ) throws(PackError) -> Result {
        do {
            _ = try Document(json: bytes)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = keys
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw PackError(code, "the file is not JSON of the form that it should have", at: path)
        }
    }

    private static func bytes(_ encode: () throws -> Data) throws(PackError) -> [UInt8] {
        do { return Array(try encode()) } catch {
            throw PackError(.output, "a value cannot be written as JSON: \(error)")
        }
    }
}
