import Foundation
import Testing

@testable import SignedTokens

@Suite struct KeyFileTests {
    @Test(arguments: [SignatureAlgorithm.es256, .edDSA])
    func `keys are written for their owner alone and read back under their name`(algorithm: SignatureAlgorithm) throws {
        try withFolder { folder in
            let key = try SigningKey(generating: algorithm, name: "ops-2026")
            let paths = try KeyFile.write(key, into: folder)
            #expect(paths.private == folder + "/ops-2026.pem")
            #expect(paths.public == folder + "/ops-2026.pub.pem")
            #expect(try mode(paths.private) == 0o600)
            let read = try KeyFile.signingKey(at: paths.private)
            #expect(read.name == "ops-2026")
            #expect(read.pem == key.pem)
            #expect(try KeyFile.verificationKey(at: paths.public) == key.verificationKey)
        }
    }

    @Test func `a ring is read from files and each key bears the name of its file`() throws {
        try withFolder { folder in
            let keys = try ["a", "b"].map { try SigningKey(generating: .edDSA, name: $0) }
            let paths = try keys.map { try KeyFile.write($0, into: folder).public }
            let ring = try KeyRing(files: paths, scope: "bundles", tenants: ["acme"])
            #expect(ring.keyIDs == ["a", "b"])
            #expect(ring["b"]?.key == keys[1].verificationKey)
            #expect(ring["b"]?.scope == "bundles")
            #expect(ring["b"]?.tenants == ["acme"])
            #expect(throws: TokenError.self) { try KeyRing(files: [paths[0], folder + "/a.pem"]) }
            #expect(throws: TokenError.self) { try KeyRing(files: [paths[0], paths[0]]) }
        }
    }

    @Test func `a key is never overwritten and a half pair never stays`() throws {
        try withFolder { folder in
            let first = try SigningKey(generating: .es256, name: "ops")
            let paths = try KeyFile.write(first, into: folder)
            let second = try SigningKey(generating: .es256, name: "ops")
            let error = #expect(throws: TokenError.self) { try KeyFile.write(second, into: folder) }
            #expect(error?.code == .keyExists)
            #expect(try KeyFile.signingKey(at: paths.private).pem == first.pem)

            try FileManager.default.removeItem(atPath: paths.public)
            #expect(throws: TokenError.self) { try KeyFile.write(second, into: folder) }
            #expect(!FileManager.default.fileExists(atPath: paths.public))
            #expect(try KeyFile.signingKey(at: paths.private).pem == first.pem)
        }
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o601, 0o644])
    func `a private key that others may touch is refused`(rights: Int) throws {
        try withFolder { folder in
            let path = try KeyFile.write(try SigningKey(generating: .edDSA, name: "ops"), into: folder).private
            try FileManager.default.setAttributes([.posixPermissions: rights], ofItemAtPath: path)
            let error = #expect(throws: TokenError.self) { try KeyFile.signingKey(at: path) }
            #expect(
                error?.description == """
                    \(path): error: the private key is open to other users (mode 0\(String(rights, radix: 8))) [key.permissions]
                    fix: chmod 600 \(path), and replace the key if others may have read it
                    """)
        }
    }

    @Test func `what is no key file is refused with its place`() throws {
        try withFolder { folder in
            let missing = #expect(throws: TokenError.self) { try KeyFile.signingKey(at: folder + "/none.pem") }
            #expect(
                missing?.description
                    == "\(folder)/none.pem: error: the key file cannot be opened: No such file or directory [key.file]")
            let directory = #expect(throws: TokenError.self) { try KeyFile.verificationKey(at: folder) }
            #expect(directory?.code == .keyFile)
            let large = folder + "/large.pem"
            try Data(count: 100_000).write(to: URL(fileURLWithPath: large))
            let tooLarge = #expect(throws: TokenError.self) { try KeyFile.verificationKey(at: large) }
            #expect(tooLarge?.message == "the file has more than 65536 bytes: it is not a key")
        }
    }

    @Test(arguments: [
        ("a/ops.pem", "ops"), ("ops.pub.pem", "ops"), ("/k/ops-1.pem", "ops-1"), ("ops", "ops"),
        ("v1.2.pub.pem", "v1.2"),
    ])
    func `a file names its key`(path: String, name: String) {
        #expect(KeyFile.keyName(forPath: path) == name)
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }
}
