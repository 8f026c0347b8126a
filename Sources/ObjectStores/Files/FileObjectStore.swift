import Crypto
import PolicyBundles
import SignedTokens

/// Objects as the files of a folder.
///
/// Every file is written under another name, synced, and then given its name, and its folder is synced: after a crash at any
/// instant a name stands for a whole file. A lock beside the file lets one writer in at a time, over all processes of the
/// machine; a folder that several machines mount is not for two publishers.
public struct FileObjectStore: ObjectStore {
    /// The folder, without a slash at its end.
    public let directory: String

    public init(directory: String) {
        self.directory = directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    }

    public var name: String { directory }

    public func get(
        _ key: String, unless known: ObjectTag? = nil, limit: Int
    ) throws(ObjectStoreError) -> ObjectAnswer {
        try ObjectKey.check(key, in: name)
        guard let bytes = try LocalFile.read(path(key), limit: limit) else { return .absent }
        let tag = Self.tag(bytes)
        return tag == known ? .unchanged : .object(bytes, tag: tag)
    }

    public func put(
        _ bytes: [UInt8], at key: String, when condition: PutCondition, retention: ObjectRetention? = nil
    ) throws(ObjectStoreError) -> ObjectTag {
        try ObjectKey.check(key, in: name)
        guard retention == nil else { throw cannotRetain(key) }
        let isWritten = try LocalFile.attempt { () throws(BundleStoreError) in
            try createFolders(above: key)
            switch condition {
            case .any:
                try FileSystem.write(bytes, to: path(key), replacing: true)
                return true
            case .absent: return try FileSystem.create(bytes, at: path(key))
            case .unchanged(let tag): return try swap(bytes, at: key, for: tag)
            }
        }
        guard isWritten else {
            throw ObjectStoreError(.conditionFailed, "somebody else has written it", location: path(key))
        }
        return Self.tag(bytes)
    }

    /// - Returns: false where the file has another content.
    private func swap(_ bytes: [UInt8], at key: String, for tag: ObjectTag) throws(BundleStoreError) -> Bool {
        let lock = try FileSystem.Lock(lockPath(key))
        defer { withExtendedLifetime(lock) {} }
        guard let present = try FileSystem.read(path(key), limit: .max), Self.tag(present) == tag else { return false }
        try FileSystem.write(bytes, to: path(key), replacing: true)
        return true
    }

    public func inspect(_ key: String, limit: Int) throws(ObjectStoreError) -> StoredObject? {
        guard case .object(let bytes, _) = try get(key, limit: limit) else { return nil }
        return StoredObject(bytes: bytes, retention: nil)
    }

    public func retain(_ key: String, _ retention: ObjectRetention) throws(ObjectStoreError) { throw cannotRetain(key) }

    private func cannotRetain(_ key: String) -> ObjectStoreError {
        ObjectStoreError(
            .unsupported, "a folder cannot keep a file from its owner", location: path(key),
            fix: "use a bucket with Object Lock")
    }

    public func list(prefix: String, next: String? = nil) throws(ObjectStoreError) -> ObjectPage {
        let folder = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) }
        if let folder { try ObjectKey.check(folder, in: name) }
        var keys: [String] = []
        try LocalFile.attempt { () throws(BundleStoreError) in try collect(under: folder ?? "", depth: 0, into: &keys) }
        return ObjectPage(
            keys: keys.filter { $0.hasPrefix(prefix) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, next: nil)
    }

    private func collect(under folder: String, depth: Int, into keys: inout [String]) throws(BundleStoreError) {
        guard depth < 32 else { return }
        let place = folder.isEmpty ? directory : path(folder)
        for entry in try FileSystem.entries(in: place) where !entry.name.hasPrefix(".") {
            let key = folder.isEmpty ? entry.name : folder + "/" + entry.name
            if entry.isDirectory {
                try collect(under: key, depth: depth + 1, into: &keys)
            } else if !entry.name.hasSuffix(FileSystem.temporarySuffix) {
                keys.append(key)
            }
        }
    }

    private func createFolders(above key: String) throws(BundleStoreError) {
        try FileSystem.createDirectory(directory)
        var folder = directory
        for part in key.split(separator: "/").dropLast() {
            folder += "/" + part
            try FileSystem.createDirectory(folder)
        }
    }

    private func path(_ key: String) -> String { directory + "/" + key }

    private func lockPath(_ key: String) -> String {
        let path = path(key)
        guard let slash = path.lastIndex(of: "/") else { return path + ".lock" }
        return "\(path[..<slash])/.\(path[path.index(after: slash)...]).lock"
    }

    private static func tag(_ bytes: [UInt8]) -> ObjectTag { ObjectTag(Hexadecimal.encode(SHA256.hash(data: bytes))) }
}
