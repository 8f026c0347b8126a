import FoundationEssentials

/// Which certificate authorities servers are checked against, where not those of the system.
enum TrustedRoots {
    /// A PEM file: `AWS_CA_BUNDLE`, else `SSL_CERT_FILE`.
    static var path: String? {
        let environment = ProcessInfo.processInfo.environment
        return ["AWS_CA_BUNDLE", "SSL_CERT_FILE"].compactMap { environment[$0] }.first { !$0.isEmpty }
    }
}
