import Foundation
import Testing

@testable import ObjectStores

@Suite struct S3SignatureTests {
    /// Signed by botocore; `scripts/s3-vectors.py` writes the table anew.
    struct Table: Decodable {
        struct Case: Decodable, CustomTestStringConvertible, Sendable {
            let name, method, path, body, region, authorization: String
            let token: String?
            let query, headers: [[String]]
            var testDescription: String { name }
        }
        let now: Int64
        let keyID, secret: String
        let cases: [Case]

        static let botocore: Table = {
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            do {
                return try JSONDecoder().decode(
                    Table.self, from: Data(contentsOf: folder.appendingPathComponent("Fixtures/botocore.json")))
            } catch { preconditionFailure("\(error)") }
        }()
    }

    @Test(arguments: Table.botocore.cases)
    func `botocore signs the same`(vector: Table.Case) {
        let table = Table.botocore
        let signature = S3Signature(
            credentials: S3Credentials(keyID: table.keyID, secret: table.secret, sessionToken: vector.token),
            region: vector.region)
        let headers = signature.headers(
            method: vector.method, path: vector.path, query: vector.query.map { (name: $0[0], value: $0[1]) },
            headers: vector.headers.map { (name: $0[0], value: $0[1]) }, body: Array(vector.body.utf8), now: table.now)
        #expect(headers.last?.name == "authorization")
        #expect(headers.last?.value == vector.authorization)
    }

    @Test(arguments: [
        ("/bucket/bundles/a%20b%2Bc/%C3%A9~x.tar.gz", "/bucket/bundles/a b+c/é~x.tar.gz"), ("/a%252Fb", "/a%2Fb"),
        ("/%24%26%27%28%29%2A", "/$&'()*"),
    ])
    func `a path is encoded once, byte for byte`(encoded: String, plain: String) {
        #expect(ObjectKey.escaped(plain, keepingSlashes: true) == encoded)
        #expect(ObjectKey.unescaped(encoded) == plain)
    }

    /// The examples of the "Authenticating Requests" pages of the Amazon S3 API Reference.
    @Test(
        arguments: [
            (
                "GET", "/test.txt", [], [("range", "bytes=0-9")], "",
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            ),
            (
                "PUT", "/test%24file.text", [],
                [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
                "Welcome to Amazon S3.",
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
            ),
            (
                "GET", "/", [("lifecycle", "")], [], "",
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
            ),
            (
                "GET", "/", [("max-keys", "2"), ("prefix", "J")], [], "",
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
            ),
        ] as [(String, String, [(String, String)], [(String, String)], String, String)])
    func `Amazon's own examples come out`(
        method: String, path: String, query: [(String, String)], headers: [(String, String)], body: String,
        expected: String
    ) {
        let signature = S3Signature(
            credentials: S3Credentials(
                keyID: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1")
        let signed = signature.headers(
            method: method, path: path, query: query.map { (name: $0.0, value: $0.1) },
            headers: [("host", "examplebucket.s3.amazonaws.com")] + headers.map { (name: $0.0, value: $0.1) },
            body: Array(body.utf8), now: 1_369_353_600)
        #expect(signed.last?.value.hasSuffix("Signature=\(expected)") == true)
    }

    @Test func `a secret does not show`() {
        let credentials = S3Credentials(keyID: "AKID", secret: "hush", sessionToken: "hush")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] { #expect(!text.contains("hush")) }
    }
}
