import AegisTesting
import Foundation
import SignedTokens
import Testing

@testable import PolicyBundles

/// Bundles as Python's tarfile, OpenSSL and PyJWT see them.
@Suite struct OtherToolTests {
    @Test(.enabled(if: OtherTool.hasPython))
    func `tarfile reads our archive, and nothing in it depends on who wrote it`() throws {
        let long = String(repeating: "abcdefghi/", count: 20)
        let files =
            Fixture.files + [
                BundleFile(path: "policies/\(long)pay.yaml", text: "long"),
                BundleFile(path: "policies/é.yaml", text: "accent"),
            ]
        try withArchive(Fixture.archive(files: files)) { path in
            let script = """
                import sys, tarfile, json
                with tarfile.open(sys.argv[1]) as tar:
                    rows = [[m.name, m.mode, m.uid, m.gid, m.mtime, m.uname, m.isreg(), tar.extractfile(m).read().decode()] for m in tar]
                print(json.dumps(rows))
                """
            let output = try OtherTool.run("python3", ["-c", script, path])
            let rows = try #require(try JSONSerialization.jsonObject(with: output) as? [[Any]])
            let read = try Fixture.read(Fixture.archive(files: files)).files
            #expect(rows.map { $0[0] as? String } == read.map(\.path))
            #expect(rows.map { $0[7] as? String } == read.map { String(decoding: $0.bytes, as: UTF8.self) })
            for row in rows {
                #expect(row[1...4].map { $0 as? Int } == [0o644, 0, 0, 0])
                #expect(row[5] as? String == "")
                #expect(row[6] as? Bool == true)
            }
        }
    }

    @Test(.enabled(if: OtherTool.hasPython))
    func `we read the archives that tarfile writes`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).tar.gz").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let script = """
            import sys, tarfile, io
            with tarfile.open(sys.argv[1], "w:gz", format=getattr(tarfile, sys.argv[2])) as tar:
                for name in ["./data.json", "a/" + "n" * 150 + ".rego", "d" * 90 + "/" + "e" * 90 + "/x.yaml", "\u{e9}.txt"]:
                    info = tarfile.TarInfo(name); info.size = len(name.encode())
                    tar.addfile(info, io.BytesIO(name.encode()))
                folder = tarfile.TarInfo("folder"); folder.type = tarfile.DIRTYPE; tar.addfile(folder)
            """
        for format in ["GNU_FORMAT", "PAX_FORMAT"] {
            try OtherTool.run("python3", ["-c", script, path, format])
            let archive = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            let names = [
                "./data.json", "a/\(String(repeating: "n", count: 150)).rego",
                "\(String(repeating: "d", count: 90))/\(String(repeating: "e", count: 90))/x.yaml", "é.txt",
            ]
            let read = try Fixture.read(archive).files
            #expect(
                Set(read) == Set(names.map { BundleFile(path: $0.hasPrefix("./") ? "data.json" : $0, text: $0) }),
                "\(format)")
        }
    }

    /// An independent verifier of OPA's signature format, in a few lines.
    @Test(.enabled(if: OtherTool.hasPyJWT), arguments: [SignatureAlgorithm.es256, .edDSA])
    func `another implementation verifies our signature and every hash`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm, name: "ops")
        try withArchive(Fixture.archive(key: key, scope: "write")) { path in
            let script = """
                import sys, tarfile, json, hashlib, jwt
                files = {m.name.lstrip("/"): t.extractfile(m).read() for t in [tarfile.open(sys.argv[1])] for m in t}
                token, = json.loads(files.pop(".signatures.json"))["signatures"]
                claims = jwt.decode(token, sys.argv[2], algorithms=[sys.argv[3]])
                assert claims["scope"] == "write" and claims["keyid"] == "ops" and isinstance(claims["iat"], int)
                listed = {f["name"]: f["hash"] for f in claims["files"] if f["algorithm"] == "SHA-256"}
                class Number:
                    def __init__(self, text): self.text = text
                def encode(value):
                    if isinstance(value, Number): return value.text
                    if isinstance(value, list): return "[" + ",".join(map(encode, value)) + "]"
                    if isinstance(value, dict):
                        return "{" + ",".join(encode(k) + ":" + encode(value[k]) for k in sorted(value, key=str.encode)) + "}"
                    text = json.dumps(value, ensure_ascii=False)
                    return text.replace("\\u2028", "\\\\u2028").replace("\\u2029", "\\\\u2029")
                def walk(name, data):
                    if name.split("/")[-1] not in ("data.json", ".manifest"): return data
                    return encode(json.loads(data, parse_float=Number, parse_int=Number)).encode()
                assert listed == {n: hashlib.sha256(walk(n, d)).hexdigest() for n, d in files.items()}, listed
                print(len(listed))
                """
            let output = try OtherTool.run(
                "python3", ["-c", script, path, key.verificationKey.pem, algorithm.rawValue])
            #expect(String(decoding: output, as: UTF8.self) == "5\n")
        }
    }

    private func withArchive(_ archive: [UInt8], _ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).tar.gz")
        try Data(archive).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
    }
}
