import Approvals
import FoundationEssentials
import RegoValues

/// A token of the cluster's, exchanged at AWS's token service: how pods prove themselves (EKS, "IRSA").
struct WebIdentity {
    private let tokenPath: String
    private let role: String
    private let session: String
    private let endpoint: String

    /// Nil where the environment names none.
    init?(environment: [String: String]) {
        guard let tokenPath = environment["AWS_WEB_IDENTITY_TOKEN_FILE"], !tokenPath.isEmpty,
            let role = environment["AWS_ROLE_ARN"], !role.isEmpty
        else { return nil }
        self.tokenPath = tokenPath
        self.role = role
        session = environment["AWS_ROLE_SESSION_NAME"] ?? "aegis"
        let region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
        endpoint =
            environment["AWS_ENDPOINT_URL_STS"]
            ?? region.map { "https://sts.\($0).amazonaws.com" } ?? "https://sts.amazonaws.com"
    }

    func credentials() async throws(ObjectStoreError) -> S3Credentials {
        guard let token = try LocalFile.read(tokenPath, limit: 64 << 10) else {
            throw ObjectStoreError(
                .credentialsMissing, "the token of AWS_WEB_IDENTITY_TOKEN_FILE is not there", location: tokenPath)
        }
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", session), ("WebIdentityToken", String(decoding: token, as: UTF8.self)),
        ]
        var exchange = HTTPExchange(.post, endpoint + "/")
        exchange.headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/xml")]
        exchange.body = Array(QueryText.encoded(form.map { (name: $0.0, value: $0.1) }).utf8)
        exchange.deadline = .seconds(10)
        let answer = try await exchange.run()
        let xml = XMLText(answer.body)
        guard answer.status == 200, let keyID = xml.first("AccessKeyId"), let secret = xml.first("SecretAccessKey"),
            let sessionToken = xml.first("SessionToken")
        else {
            throw ObjectStoreError(
                .accessDenied, "the token service refuses \(role): \(xml.first("Code") ?? "status \(answer.status)")",
                location: endpoint, fix: "check the role's trust policy")
        }
        return S3Credentials(
            keyID: keyID, secret: secret, sessionToken: sessionToken,
            expiresAt: xml.first("Expiration").flatMap(Timestamp.init(parsing:))?.seconds)
    }
}

/// What the container's agent hands out (ECS, EKS Pod Identity).
struct ContainerCredentials {
    private let url: String
    private let token: String?

    init?(environment: [String: String]) {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], path.hasPrefix("/") {
            url = "http://169.254.170.2" + path
        } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !full.isEmpty {
            url = full
        } else {
            return nil
        }
        let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
        let fromFile = file.flatMap { try? LocalFile.read($0, limit: 64 << 10) }
        token = fromFile.map { String(decoding: $0, as: UTF8.self) } ?? environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    }

    func credentials() async throws(ObjectStoreError) -> S3Credentials {
        var exchange = HTTPExchange(.get, url)
        if let token { exchange.headers = [("authorization", token)] }
        exchange.deadline = .seconds(5)
        let answer = try await exchange.run()
        return try RoleDocument.read(answer, from: url)
    }
}

/// What the machine's metadata service hands out, by its second version only (IMDSv2).
struct MachineCredentials {
    private let base: String

    init?(environment: [String: String]) {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        base = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
    }

    /// - Returns: nil on machines without such a service.
    func credentials() async throws(ObjectStoreError) -> S3Credentials? {
        var opening = HTTPExchange(.put, base + "/latest/api/token")
        opening.headers = [("x-aws-ec2-metadata-token-ttl-seconds", "300")]
        opening.deadline = .seconds(1)
        guard let token = try? await opening.run(), token.status == 200 else { return nil }
        let path = "/latest/meta-data/iam/security-credentials/"
        let headers = [(name: "x-aws-ec2-metadata-token", value: String(decoding: token.body, as: UTF8.self))]
        var question = HTTPExchange(.get, base + path)
        question.headers = headers
        question.deadline = .seconds(5)
        let roles = try await question.run()
        guard roles.status == 200, let role = String(decoding: roles.body, as: UTF8.self).split(separator: "\n").first
        else { return nil }
        question.url = base + path + role
        return try RoleDocument.read(try await question.run(), from: question.url)
    }
}

/// The JSON that container and machine services answer with.
private enum RoleDocument {
    static func read(_ answer: HTTPExchange.Answer, from url: String) throws(ObjectStoreError) -> S3Credentials {
        guard answer.status == 200, let document = try? Document(json: answer.body) else {
            throw ObjectStoreError(
                .credentialsMissing, "status \(answer.status) where credentials should be", location: url)
        }
        defer { withExtendedLifetime(document) {} }
        guard let keyID = document.root.lookup("AccessKeyId").string,
            let secret = document.root.lookup("SecretAccessKey").string
        else { throw ObjectStoreError(.credentialsMissing, "the answer holds no credentials", location: url) }
        return S3Credentials(
            keyID: keyID, secret: secret, sessionToken: document.root.lookup("Token").string,
            expiresAt: document.root.lookup("Expiration").string.flatMap(Timestamp.init(parsing:))?.seconds)
    }
}
