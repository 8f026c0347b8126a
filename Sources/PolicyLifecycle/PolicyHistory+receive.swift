public import PolicyBundles

extension PolicyHistory {
    /// Keeps bytes for an event that is to name them. The same bytes are kept once.
    public func keep(_ bytes: [UInt8]) async throws(LifecycleError) -> BundleDigest {
        try await files.keep(bytes)
    }

    /// Adds an event that came from elsewhere, once all that it names is here: a history never speaks of bytes that nobody can
    /// show.
    /// - Throws: also `.objectMissing`, `.objectChanged`.
    public mutating func receive(_ event: SignedEvent) async throws(LifecycleError) {
        switch event.event.body {
        case .proposed(let proposal):
            for file in proposal.files { _ = try await files.object(file.digest, for: "`\(file.path)`") }
            if let report = proposal.report { _ = try await files.object(report, for: "the shadow report") }
        case .signed(let version):
            for file in version.files { _ = try await files.object(file.digest, for: "`\(file.path)`") }
        case .trusted, .commented, .approved, .rejected, .withdrawn, .published: break
        }
        try await append(event, root: await files.root(of: event))
    }
}
