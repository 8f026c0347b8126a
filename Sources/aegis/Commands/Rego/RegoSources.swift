internal import Foundation
internal import RegoSyntax
internal import RegoValues

/// The Rego and JSON files of the paths that a command was given.
struct RegoSources {
    var modules: [SourceFile] = []
    private var documents: [(path: [String], file: String, document: Document)] = []

    /// - Parameters:
    ///   - paths: files and folders. A JSON file in a folder belongs at the folder's path below `data`.
    ///   - isBundle: whether only `data.json` counts as data, as in a bundle.
    init(paths: [String], isBundle: Bool = false) throws {
        let manager = FileManager.default
        for path in paths {
            var isDirectory: ObjCBool = false
            guard manager.fileExists(atPath: path, isDirectory: &isDirectory) else {
                throw CommandFailure(
                    "`\(path)` is not there", fix: "give files that there are, or folders of them", exitCode: 2)
            }
            guard isDirectory.boolValue else {
                guard path.hasSuffix(".rego") || path.hasSuffix(".json") else {
                    throw CommandFailure(
                        "`\(path)` is neither a .rego nor a .json file",
                        fix: "give files with one of these endings, or folders of them", exitCode: 2)
                }
                try add(file: path, at: [])
                continue
            }
            let inside = (manager.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
            for name in inside {
                let parts = name.split(separator: "/").map(String.init)
                if parts.contains(where: { $0.hasPrefix(".") && $0 != ".manifest" }) { continue }
                if isBundle, name.hasSuffix(".json"), parts.last != "data.json" { continue }
                try add(file: (path as NSString).appendingPathComponent(name), at: Array(parts.dropLast()))
            }
        }
    }

    mutating func append(_ other: RegoSources) {
        modules += other.modules
        documents += other.documents
    }

    private mutating func add(file: String, at path: [String]) throws {
        if file.hasSuffix(".rego") {
            modules.append(SourceFile(name: file, text: try Self.read(file)))
        } else if file.hasSuffix(".json") {
            documents.append((path, file, try Self.readJSON(file)))
        }
    }

    static func read(_ file: String) throws -> [UInt8] {
        try InputFile.read(file, exitCode: 2)
    }

    static func readJSON(_ file: String) throws -> Document {
        do {
            guard let handle = FileHandle(forReadingAtPath: file), let end = try? handle.seekToEnd() else {
                // Reading it again says why.
                return try Document(json: read(file))
            }
            defer { try? handle.close() }
            return try Document(jsonByteCount: Int(end)) { buffer in
                var position = 0
                while position < buffer.count {
                    let raw = UnsafeMutableRawBufferPointer(buffer)
                    let rest = UnsafeMutableRawBufferPointer(rebasing: raw[position...])
                    let count = pread(handle.fileDescriptor, rest.baseAddress, rest.count, off_t(position))
                    guard count > 0 else {
                        throw CommandFailure("`\(file)` changed while it was read", fix: "try again", exitCode: 2)
                    }
                    position += count
                }
            }
        } catch let error as JSONError {
            throw CommandFailure("\(file):\(error)", fix: "correct the JSON", exitCode: 2)
        }
    }

    /// All data files as one document.
    func data() throws -> Document {
        if documents.count == 1, documents[0].path.isEmpty { return documents[0].document }
        let heap = Heap(limit: .max)
        var root = Value.emptyObject
        for (path, file, document) in documents {
            guard path.isEmpty == false || document.root.kind == .object else {
                throw CommandFailure(
                    "`\(file)`: data must be an object", fix: "put it under a name, or in a folder", exitCode: 2)
            }
            let wrapped = path.reversed().reduce(document.root) { heap.object([(heap.string($1), $0)]) }
            guard let merged = Self.merge(root, wrapped, in: heap) else {
                throw CommandFailure(
                    "`\(file)`: its data is already defined by another file",
                    fix: "remove it from one of the files, or leave one of them out", exitCode: 2)
            }
            root = merged
        }
        return withExtendedLifetime(heap) { Document(copying: root) }
    }

    /// Nil when both define the same place and not both as objects.
    private static func merge(_ a: Value, _ b: Value, in heap: Heap) -> Value? {
        guard a.kind == .object, b.kind == .object else { return nil }
        var pairs = a.entries.map { ($0.key, $0.value) }
        for entry in b.entries {
            if let index = pairs.firstIndex(where: { $0.0 == entry.key }) {
                guard let inner = merge(pairs[index].1, entry.value, in: heap) else { return nil }
                pairs[index].1 = inner
            } else {
                pairs.append((entry.key, entry.value))
            }
        }
        return heap.object(pairs)
    }
}
