import FoundationEssentials

/// Finds credentials where AWS's own tools look: environment, web identity, profile file, container, machine.
///
/// Keys that expire are renewed five minutes before; until a renewal succeeds the old ones serve on, up to their end.
/// Source: "Standardized credential providers", AWS SDKs and Tools Reference Guide.
actor S3CredentialSource {
    private let environment: [String: String]
    private var held: S3Credentials?
    private static let renewal: Int64 = 300

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// - Throws: `.credentialsMissing` where no source has any; what the source that should have them says otherwise.
    func credentials(now: Int64) async throws(ObjectStoreError) -> S3Credentials {
        if let held, held.expiresAt.map({ now < $0 - Self.renewal }) ?? true { return held }
        do throws(ObjectStoreError) {
            let found = try await find(now: now)
            held = found
            return found
        } catch {
            if let held, let end = held.expiresAt, now < end { return held }
            throw error
        }
    }

    private func find(now: Int64) async throws(ObjectStoreError) -> S3Credentials {
        if let found = try fromEnvironment() { return found }
        if let found = try await WebIdentity(environment: environment)?.credentials() { return found }
        if let found = try S3Profile(environment: environment).credentials() { return found }
        if let found = try await ContainerCredentials(environment: environment)?.credentials() { return found }
        if let found = try await MachineCredentials(environment: environment)?.credentials() { return found }
        throw ObjectStoreError(
            .credentialsMissing, "there are no AWS credentials",
            fix:
                "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE for a profile of ~/.aws/credentials"
        )
    }

    private func fromEnvironment() throws(ObjectStoreError) -> S3Credentials? {
        guard let keyID = environment["AWS_ACCESS_KEY_ID"], !keyID.isEmpty else { return nil }
        guard let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty else {
            throw ObjectStoreError(
                .credentialsMissing, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not",
                fix: "export AWS_SECRET_ACCESS_KEY too")
        }
        let token = environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        return S3Credentials(keyID: keyID, secret: secret, sessionToken: token)
    }
}
