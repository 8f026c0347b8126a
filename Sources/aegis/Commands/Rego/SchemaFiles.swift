internal import Foundation
internal import RegoCompiler

/// The JSON Schemas that `--schema` names: one file is the schema of `input`, a folder's files are named by their paths
/// (`kubernetes/pod.json` is `schema.kubernetes.pod`).
enum SchemaFiles {
    static func read(_ path: String?) throws -> SchemaSet {
        var schemas = SchemaSet()
        guard let path else { return schemas }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure(
                "`\(path)` is not there", fix: "give a JSON Schema, or a folder of them", exitCode: 2)
        }
        guard isDirectory.boolValue else {
            try add(path, at: [], to: &schemas)
            return schemas
        }
        let inside = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        for name in inside.sorted() where name.hasSuffix(".json") {
            let names = name.dropLast(".json".count).split(separator: "/").map(String.init)
            try add((path as NSString).appendingPathComponent(name), at: names, to: &schemas)
        }
        return schemas
    }

    private static func add(_ file: String, at names: [String], to schemas: inout SchemaSet) throws {
        do {
            try schemas.add(try RegoSources.readJSON(file), at: names)
        } catch let error as SchemaError {
            throw CommandFailure("\(file): \(error.message)", fix: "correct the schema", exitCode: 2)
        }
    }
}
