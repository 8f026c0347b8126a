public import NIOSSL

/// Why a TLS connection came to nothing, for operators.
public enum TLSFailure {
    public static func text(_ error: NIOSSLError) -> String {
        // The library's text lists everything on its stack of errors; the verdict on the certificate stands somewhere in it.
        let whole = "\(error)"
        guard whole.contains("CERTIFICATE_VERIFY_FAILED") else { return "TLS: \(whole)" }
        return "TLS: the receiver's certificate is not signed by an authority that is trusted here"
    }
}
