import Foundation
import PolicyDocuments

/// Reads the secrets that a document names.
struct DocumentSecrets {
    /// The document's path.
    let document: String
    let environment: [String: String]

    /// - Parameter what: what it is for, in messages.
    func value(_ secret: SecretReference, for what: String) throws -> String {
        switch secret {
        case .environment(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw CommandFailure(
                    "\(document): the environment has no \(name) for \(what)", fix: "export \(name)=…", exitCode: 2)
            }
            return value
        case .file(let name):
            let path = path(name)
            guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
            else {
                throw CommandFailure("\(document): \(what) is not at `\(path)`", fix: "write it there, mode 0600")
            }
            let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !value.isEmpty else { throw CommandFailure("\(document): `\(path)` for \(what) is empty") }
            return value
        }
    }

    /// A file that the document names, as this process finds it.
    func path(_ name: String) -> String {
        URL(fileURLWithPath: name, relativeTo: URL(fileURLWithPath: document).deletingLastPathComponent()).path
    }
}
