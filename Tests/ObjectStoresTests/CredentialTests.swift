import CryptoExtras
import Foundation
import HTTPTypes
import RegoValues
import SignedTokens
import Synchronization
import Testing

@testable import ObjectStores

@Suite struct CredentialTests {
    static let now: Int64 = 1_795_409_600
    private static let nowhere = ["HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"]

    @Test func `the environment comes before everything else`() async throws {
        let found = try await s3(["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"])
        #expect(found == S3Credentials(keyID: "AKID", secret: "s", sessionToken: "t"))
    }

    @Test func `without any the fix is told`() async {
        let error = await #expect(throws: ObjectStoreError.self) { _ = try await s3([:]) }
        #expect(
            error?.description == """
                error: there are no AWS credentials [store.credentials-missing]
                fix: export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE for a profile of ~/.aws/credentials
                """)
        let half = await #expect(throws: ObjectStoreError.self) { _ = try await s3(["AWS_ACCESS_KEY_ID": "AKID"]) }
        #expect(half?.message == "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
    }

    @Test func `a profile is read as AWS's tools read it`() async throws {
        try await withFolder { folder in
            try write(
                """
                # keys
                [default]
                aws_access_key_id = DEFAULT
                aws_secret_access_key = d

                [ops]
                aws_access_key_id=OPS
                  nested = x
                aws_secret_access_key = a=b#c
                aws_session_token = token
                """, folder + "/credentials")
            try write("[profile ops]\nregion = eu-north-1\n[default]\nregion = us-west-2\n", folder + "/config")
            let files = ["AWS_SHARED_CREDENTIALS_FILE": folder + "/credentials", "AWS_CONFIG_FILE": folder + "/config"]
            #expect(try await s3(files) == S3Credentials(keyID: "DEFAULT", secret: "d"))
            let ops = files.merging(["AWS_PROFILE": "ops"]) { $1 }
            #expect(try await s3(ops) == S3Credentials(keyID: "OPS", secret: "a=b#c", sessionToken: "token"))
            #expect(try S3Address(StoreAddress("s3://bundles"), environment: ops).region == "eu-north-1")
            let error = await #expect(throws: ObjectStoreError.self) {
                _ = try await s3(files.merging(["AWS_PROFILE": "nobody"]) { $1 })
            }
            #expect(error?.message == "the profile `nobody` holds no access key")
        }
    }

    @Test func `keys of a container, a machine and a cluster's token come from their services`() async throws {
        let role = #"{"AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","Expiration":"2026-11-23T12:00:00Z"}"#
        let expected = S3Credentials(
            keyID: "ASIA", secret: "s", sessionToken: "t", expiresAt: 1_795_435_200)
        try await BucketServer.run { server in
            server.state.withLock {
                $0.answers = [
                    "/container": Array(role.utf8), "/latest/api/token": Array("imds".utf8),
                    "/latest/meta-data/iam/security-credentials/": Array("gateway".utf8),
                    "/latest/meta-data/iam/security-credentials/gateway": Array(role.utf8),
                    "/": Array(
                        """
                        <r><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                        <SessionToken>t</SessionToken><Expiration>2026-11-23T12:00:00Z</Expiration></r>
                        """.utf8),
                ]
            }
            let container = try await s3([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint + "/container",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret",
            ])
            #expect(container == expected)
            #expect(server.seen.last?.headers[.authorization] == "secret")
            let machine = try await s3([
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint, "AWS_EC2_METADATA_DISABLED": "false",
            ])
            #expect(machine == expected)
            #expect(server.seen.last?.headers[.init("x-aws-ec2-metadata-token")!] == "imds")
            try await withFolder { folder in
                try write("web+token", folder + "/token")
                let cluster = try await s3([
                    "AWS_WEB_IDENTITY_TOKEN_FILE": folder + "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/gw",
                    "AWS_ENDPOINT_URL_STS": server.endpoint,
                ])
                #expect(cluster == expected)
                #expect(
                    server.seen.last.map { String(decoding: $0.body, as: UTF8.self) }
                        == "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fgw&RoleSessionName=aegis&Version=2011-06-15&WebIdentityToken=web%2Btoken"
                )
            }
        }
    }

    @Test func `keys that end are renewed before, and serve on while nobody renews them`() async throws {
        try await BucketServer.run { server in
            func answer(_ id: String) {
                let role =
                    #"{"AccessKeyId":"\#(id)","SecretAccessKey":"s","Token":"t","Expiration":"2026-11-23T06:00:00Z"}"#
                server.state.withLock { $0.answers = ["/c": Array(role.utf8)] }
            }
            let end: Int64 = 1_795_413_600
            let source = S3CredentialSource(
                environment: Self.nowhere.merging(["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint + "/c"]) { $1 }
            )
            answer("FIRST")
            let first = try await source.credentials(now: end - 3600)
            #expect(first.keyID == "FIRST")
            answer("SECOND")
            let held = try await source.credentials(now: end - 301)
            #expect(held.keyID == "FIRST")
            server.fail(.status(500, ""))
            let notRenewed = try await source.credentials(now: end - 300)
            #expect(notRenewed.keyID == "FIRST")
            let renewed = try await source.credentials(now: end - 300)
            #expect(renewed.keyID == "SECOND")
            server.fail(.status(500, ""))
            await #expect(throws: ObjectStoreError.self) { _ = try await source.credentials(now: end) }
        }
    }

    @Test func `a service account signs for its token, and the token is kept until its end`() async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        try await BucketServer.run { server in
            server.state.withLock {
                $0.answers = ["/token": Array(#"{"access_token":"ya29.x","expires_in":3600}"#.utf8)]
            }
            try await withFolder { folder in
                let file: [String: String] = [
                    "type": "service_account", "client_email": "gw@project.example", "private_key_id": "k1",
                    "private_key": key.pkcs8PEMRepresentation, "token_uri": server.endpoint + "/token",
                ]
                try JSONSerialization.data(withJSONObject: file).write(to: URL(fileURLWithPath: folder + "/key.json"))
                let store = try StoreAddress("gs://bundles?endpoint=\(server.endpoint)").open(
                    environment: ["GOOGLE_APPLICATION_CREDENTIALS": folder + "/key.json"])
                _ = try await store.put([1], at: "k", when: .any)
                _ = try await store.get("k", unless: nil, limit: 10)
                let seen = server.seen
                #expect(seen.filter { $0.target == "/token" }.count == 1)
                #expect(seen.dropFirst().allSatisfy { $0.headers[.authorization] == "Bearer ya29.x" })
                let form = String(decoding: try #require(seen.first).body, as: UTF8.self)
                let assertion = try #require(
                    form.split(separator: "&").first { $0.hasPrefix("assertion=") }?.dropFirst(10))
                let token = try UnverifiedToken(compact: String(assertion))
                let ring = try VerificationKey(pem: key.publicKey.pemRepresentation, name: "k1")
                let claims = try token.verified(by: ring, type: "JWT").claims()
                withExtendedLifetime(claims) {
                    #expect(claims.root.lookup("iss").string == "gw@project.example")
                    #expect(claims.root.lookup("aud").string == server.endpoint + "/token")
                    #expect(
                        claims.root.lookup("scope").string == "https://www.googleapis.com/auth/devstorage.read_write")
                }
            }
        }
    }

    @Test func `a machine of Google's is asked with the header that proves the intent`() async throws {
        try await BucketServer.run { server in
            server.state.withLock {
                $0.answers = [
                    "/computeMetadata/v1/instance/service-accounts/default/token": Array(
                        #"{"access_token":"abc","expires_in":10}"#.utf8)
                ]
            }
            let source = try GCSTokenSource(
                environment: ["GCE_METADATA_HOST": "127.0.0.1:\(server.port)"], isAnonymous: false)
            #expect(try await source.token(now: Self.now) == "abc")
            #expect(server.seen.last?.headers[.init("metadata-flavor")!] == "Google")
            server.fail(.status(404, ""))
            let error = await #expect(throws: ObjectStoreError.self) { _ = try await source.token(now: Self.now) }
            #expect(error?.code == .credentialsMissing)
        }
    }

    private func s3(_ environment: [String: String]) async throws -> S3Credentials {
        try await S3CredentialSource(environment: Self.nowhere.merging(environment) { $1 }).credentials(now: Self.now)
    }
}

func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stores-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}

func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
