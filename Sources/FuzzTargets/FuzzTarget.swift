internal import SignedTokens

/// A property that a target found broken.
public struct FuzzFinding: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// The parts of Aegis that read bytes from outside, each with what must hold for whatever bytes come.
///
/// `Fuzz/` runs them under libFuzzer and AddressSanitizer; the ordinary tests run them over the kept corpus.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// Rego text: tree or diagnostics; printing and formatting keep the tree.
    case syntax
    /// JSON text: what was read is written and read again as the same value.
    case json
    /// A Rego module and an input: compiled and evaluated within bounds, with the same answer each time.
    case evaluation
    /// A policy bundle's archive, as it is and as the tar inside of a gzip.
    case bundle
    /// A signed note, a checkpoint and a verifier's key.
    case note
    /// Policy documents in YAML.
    case policies
    /// A signed token in compact form.
    case token

    /// - Throws: ``FuzzFinding`` when the bytes break what must hold. Refusing them is no finding.
    public func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        switch self {
        case .syntax: try SyntaxProperty.check(bytes)
        case .json: try JSONProperty.check(bytes)
        case .evaluation: try EvaluationProperty.check(bytes)
        case .bundle: try BundleProperty.check(bytes)
        case .note: try NoteProperty.check(bytes)
        case .policies: try PolicyProperty.check(bytes)
        case .token: _ = try? UnverifiedToken(compact: String(decoding: bytes, as: UTF8.self))
        }
    }
}
