public import NIOSSL

/// Which certificates a connection rests on: files in PEM, each left out where the system's own will do.
public struct TLSFiles: Sendable, Hashable {
    /// Certificates that may have signed the receiver's.
    public var authorities: String?
    /// What this side shows, with its private key.
    public var certificate: String?
    public var key: String?

    public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
    }

    public var isEmpty: Bool { authorities == nil && certificate == nil && key == nil }

    /// TLS 1.2 or later, the receiver's certificate and name checked.
    /// - Throws: ``TransportError`` `.configuration`.
    public func configuration() throws(TransportError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorities {
            let found = try Self.read(authorities) { try NIOSSLCertificate.fromPEMFile($0) }
            guard !found.isEmpty else { throw Self.unusable(authorities) }
            configuration.trustRoots = .certificates(found)
        }
        switch (certificate, key) {
        case (let certificate?, let key?):
            configuration.certificateChain = try Self.read(certificate) { path in
                try NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) }
            }
            configuration.privateKey = .privateKey(
                try Self.read(key) { try NIOSSLPrivateKey(file: $0, format: .pem) })
        case (nil, nil): break
        case (nil, _?), (_?, nil):
            throw TransportError(
                .configuration, "a client certificate and its key go together", fix: "name both files, or none")
        }
        return configuration
    }

    private static func read<Value>(_ path: String, _ body: (String) throws -> Value) throws(TransportError) -> Value {
        do { return try body(path) } catch { throw unusable(path) }
    }

    private static func unusable(_ path: String) -> TransportError {
        TransportError(
            .configuration, "`\(path)` holds no certificate or key that can be used",
            fix: "give a file in PEM that this process may read")
    }
}
