import Foundation
import PolicyDocuments
import RegoSyntax

/// Policies as commands are given them: one file, or a folder with every YAML, JSON and Rego file in it, at any depth.
/// ``PolicyFileList`` says which those are.
enum PolicyFolder {
    /// So often a folder is read again that changes while it is read.
    private static let mostRepeats = 3

    /// Policies that are exchanged while they are read (a volume of Kubernetes swaps all its files at once) are read again, so
    /// that no tree has some of the old files and some of the new.
    /// - Parameter mayBeEmpty: whether a folder without policies is a tree without files, and no failure.
    static func read(_ path: String, mayBeEmpty: Bool = false) throws -> PolicyTree {
        var seen = fingerprint(path)
        for _ in 0..<mostRepeats {
            let result = Result { try readOnce(path, mayBeEmpty: mayBeEmpty) }
            let now = fingerprint(path)
            if now == seen { return try result.get() }
            seen = now
        }
        return try readOnce(path, mayBeEmpty: mayBeEmpty)
    }

    /// What changes when ``read(_:mayBeEmpty:)`` would read something new.
    static func fingerprint(_ path: String) -> String { PolicyFileList(path).fingerprint }

    private static func readOnce(_ path: String, mayBeEmpty: Bool) throws -> PolicyTree {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure("`\(path)` is not there", fix: "give the folder that holds the policies")
        }
        let list = PolicyFileList(path)
        if let fault = list.faults.first { throw fault }
        guard isDirectory.boolValue || !list.entries.isEmpty else {
            throw CommandFailure(
                "`\(path)` is no file of policies: its name ends in none of .yaml, .yml, .json, .rego",
                fix: "give the folder that holds the policies, or one of its files", exitCode: 3)
        }
        guard mayBeEmpty || !list.entries.isEmpty else {
            throw CommandFailure(
                "`\(path)` holds no policies", fix: "start with: aegis policy init payments --out \(path)", exitCode: 3)
        }
        return PolicyTree(
            files: try list.entries.map { SourceFile(name: $0.name, text: try InputFile.read($0.path)) })
    }
}
