import Foundation
import PolicyDocuments
import RegoSyntax

/// Policies as commands are given them: one file, or a folder with every YAML, JSON and Rego file in it, at any depth.
/// Names that begin with a dot are left out.
enum PolicyFolder {
    static func read(_ path: String) throws -> PolicyTree {
        let root = URL(fileURLWithPath: path, isDirectory: true).resolvingSymlinksInPath()
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: root.path, isDirectory: &isDirectory)
        if exists, !isDirectory.boolValue {
            guard PolicyTree.reads(root.lastPathComponent) else {
                throw CommandFailure(
                    "`\(path)` is no file of policies: its name ends in none of .yaml, .yml, .json, .rego",
                    fix: "give the folder that holds the policies, or one of its files", exitCode: 3)
            }
            return PolicyTree(files: [try source(named: root.lastPathComponent, at: root)])
        }
        guard exists,
            let names = FileManager.default.enumerator(atPath: root.path)
        else {
            throw CommandFailure("`\(path)` is not there", fix: "give the folder that holds the policies")
        }
        var files: [SourceFile] = []
        for case let name as String in names where PolicyTree.reads(name) {
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
            let file = root.appendingPathComponent(name)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            files.append(try source(named: name, at: file))
        }
        guard !files.isEmpty else {
            throw CommandFailure(
                "`\(path)` holds no policies", fix: "start with: aegis policy init payments --out \(path)", exitCode: 3)
        }
        return PolicyTree(files: files)
    }

    private static func source(named name: String, at file: URL) throws -> SourceFile {
        SourceFile(name: name, text: try InputFile.read(file.path))
    }
}
