import RegoValues

/// Access tokens for Google's API: of a service account's key file, else of the machine's metadata service.
///
/// A token serves until a minute before its end. Source: "Application Default Credentials", Google Cloud.
actor GCSTokenSource {
    private enum Source {
        case keyFile(GCSServiceAccount)
        case metadata(url: String)
        /// An emulator asks for none.
        case nobody
    }

    private let source: Source
    private var held: (token: String, end: Int64)?

    /// - Parameter isAnonymous: whether no token is sent where no key file is named.
    init(environment: [String: String], isAnonymous: Bool) throws(ObjectStoreError) {
        if let path = environment["GOOGLE_APPLICATION_CREDENTIALS"], !path.isEmpty {
            source = .keyFile(try GCSServiceAccount(path: path))
        } else if isAnonymous {
            source = .nobody
        } else {
            let host = environment["GCE_METADATA_HOST"].flatMap { $0.isEmpty ? nil : $0 } ?? "metadata.google.internal"
            source = .metadata(
                url: "http://\(host)/computeMetadata/v1/instance/service-accounts/default/token")
        }
    }

    /// - Throws: `.credentialsMissing`, `.accessDenied`, `.unavailable`.
    func token(now: Int64) async throws(ObjectStoreError) -> String? {
        if let held, now < held.end - 60 { return held.token }
        var exchange: HTTPExchange
        switch source {
        case .nobody: return nil
        case .keyFile(let account): exchange = try account.exchange(now: now)
        case .metadata(let url):
            exchange = HTTPExchange(.get, url)
            exchange.headers = [("metadata-flavor", "Google")]
            exchange.deadline = .seconds(5)
        }
        let answer = try await exchange.run()
        guard answer.status == 200, let document = try? Document(json: answer.body),
            let token = document.root.lookup("access_token").string, !token.isEmpty,
            token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
            throw ObjectStoreError(
                answer.status == 400 || answer.status == 401 ? .accessDenied : .credentialsMissing,
                "status \(answer.status) where an access token should be", location: exchange.url,
                fix: "set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file")
        }
        defer { withExtendedLifetime(document) {} }
        let life = document.root.lookup("expires_in").int64 ?? 300
        held = (token, now + min(max(life, 0), 86_400))
        return token
    }
}
