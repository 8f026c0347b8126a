import Crypto
import CryptoExtras
import Approvals
import RegoValues
import SignedTokens

/// A service account's key file, which exchanges signed assertions for access tokens.
/// Source: RFC 7523; "Using OAuth 2.0 for Server to Server Applications", Google.
struct GCSServiceAccount: Sendable {
    private let email: String
    private let keyID: String
    private let key: _RSA.Signing.PrivateKey
    private let tokenURL: String
    private static let scope = "https://www.googleapis.com/auth/devstorage.read_write"

    /// - Throws: `.credentialsMissing` for a file that is not there or holds no such key.
    init(path: String) throws(ObjectStoreError) {
        func invalid(_ message: String) -> ObjectStoreError {
            ObjectStoreError(
                .credentialsMissing, message, location: path,
                fix: "set GOOGLE_APPLICATION_CREDENTIALS to the JSON key of a service account")
        }
        guard let bytes = try LocalFile.read(path, limit: 64 << 10) else { throw invalid("the key file is not there") }
        guard let document = try? Document(json: bytes) else { throw invalid("the key file is not JSON") }
        defer { withExtendedLifetime(document) {} }
        let type = document.root.lookup("type").string
        guard type == "service_account" else {
            throw invalid("the key file is of type `\(type ?? "?")`; only service_account can be used")
        }
        guard let email = document.root.lookup("client_email").string,
            let keyID = document.root.lookup("private_key_id").string,
            let pem = document.root.lookup("private_key").string,
            let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem)
        else { throw invalid("the key file lacks client_email, private_key_id or an RSA private_key") }
        self.email = email
        self.keyID = keyID
        self.key = key
        tokenURL = document.root.lookup("token_uri").string ?? "https://oauth2.googleapis.com/token"
    }

    /// The request for a token, good for an hour.
    func exchange(now: Int64) throws(ObjectStoreError) -> HTTPExchange {
        var exchange = HTTPExchange(.post, tokenURL)
        exchange.headers = [("content-type", "application/x-www-form-urlencoded")]
        exchange.body = Array(
            QueryText.encoded([
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", try assertion(now: now)),
            ]).utf8)
        exchange.deadline = .seconds(10)
        return exchange
    }

    private func assertion(now: Int64) throws(ObjectStoreError) -> String {
        var header = JSONText()
        header.object { json in
            json.field("alg", "RS256")
            json.field("kid", keyID)
            json.field("typ", "JWT")
        }
        var claims = JSONText()
        claims.object { json in
            json.field("iss", email)
            json.field("scope", Self.scope)
            json.field("aud", tokenURL)
            json.field("iat", now)
            json.field("exp", now + 3600)
        }
        let input = Base64.encodeURL(header.bytes) + "." + Base64.encodeURL(claims.bytes)
        guard
            let signature = try? key.signature(for: SHA256.hash(data: Array(input.utf8)), padding: .insecurePKCS1v1_5)
        else { throw ObjectStoreError(.credentialsMissing, "the key of \(email) cannot sign") }
        return input + "." + Base64.encodeURL(signature.rawRepresentation)
    }
}
