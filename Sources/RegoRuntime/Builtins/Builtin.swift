public import RegoValues

/// The code of a builtin. Arguments are defined values, as many as the signature says, and valid during the call; the
/// result lives in the context's heap (or is one of the arguments), and may be undefined.
public typealias BuiltinFunction =
    @Sendable (_ arguments: UnsafeBufferPointer<Value>, _ context: BuiltinContext) throws(BuiltinError) -> Value

/// Why a builtin has no result.
public struct BuiltinError: Error, Sendable, Equatable {
    public enum Kind: Sendable {
        /// `eval_builtin_error`: undefined, unless errors are strict.
        case failure
        /// `eval_type_error`: undefined, unless errors are strict.
        case type
        /// Stops the evaluation in any case: its time is up.
        case halt
        /// Stops the evaluation in any case: its memory is used up.
        case memory
        /// Stops the evaluation in any case: what must be one value is several.
        case conflict
    }

    public let kind: Kind
    /// The text after `CODE: `; the builtin's name comes before it where an evaluation stops, see ``prefixed(by:)``.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Whether it stops the evaluation, strict or not.
    var isFinal: Bool {
        switch kind {
        case .failure, .type: false
        case .halt, .memory, .conflict: true
        }
    }

    /// The evaluation's memory is used up, or would be by what a builtin is about to make.
    static let outOfMemory = BuiltinError(.memory, "evaluation needs more memory than its limit")

    static func failure(_ message: String) -> BuiltinError { BuiltinError(.failure, message) }

    /// The error as an evaluation tells it, with the builtin's name before it where it is about the arguments.
    public func prefixed(by name: String) -> BuiltinError {
        isFinal ? self : BuiltinError(kind, "\(name): \(message)")
    }
}

/// One builtin: its signature and its code. `walk`, the one relation, returns the array of its answers.
public struct Builtin: Sendable {
    public let signature: BuiltinSignature
    /// Its errors do not have the builtin's name yet.
    public let function: BuiltinFunction

    public var name: String { signature.name }

    /// One of OPA's builtins; nil for another name.
    init?(_ code: Builtins.Code) {
        guard let signature = BuiltinSignature.all[code.name] else { return nil }
        self.init(signature, code.function)
    }

    public init(_ signature: BuiltinSignature, _ function: @escaping BuiltinFunction) {
        self.signature = signature
        self.function = function
    }
}

/// The builtins that exist, in one explicit list of families.
public enum Builtins {
    public static let all: [Builtin] = families.flatMap { $0.compactMap(Builtin.init) }

    /// By name; a builtin that is not here is an undefined function to the compiler.
    public static let byName: [String: Builtin] = Dictionary(
        all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The names in all families; each must have a signature (a test compares).
    public static var declaredCount: Int { families.reduce(0) { $0 + $1.count } }

    /// The code of one builtin. Not a pair: a function that stands in a list by itself or in a pair is called through two
    /// more, and what these hold on to is counted by every thread at each call.
    struct Code: Sendable {
        let name: String
        let function: BuiltinFunction

        init(_ name: String, _ function: @escaping BuiltinFunction) {
            self.name = name
            self.function = function
        }
    }

    typealias Family = [Code]

    static let families: [Family] = [
        ComparisonBuiltins.family,
        NumberBuiltins.family,
        AggregateBuiltins.family,
        ArrayBuiltins.family,
        SetBuiltins.family,
        ObjectBuiltins.family,
        TypeBuiltins.family,
        StringBuiltins.family,
        TrimBuiltins.family,
        EncodingBuiltins.family,
        JSONBuiltins.family,
        YAMLBuiltins.family,
        RegexBuiltins.family,
        GlobBuiltins.family,
        JSONPathBuiltins.family,
        GraphBuiltins.family,
        TimeBuiltins.family,
        SemverBuiltins.family,
        UnitBuiltins.family,
        UUIDBuiltins.family,
        NetBuiltins.family,
        CryptoBuiltins.family,
        CertificateBuiltins.family,
        KeyPairBuiltins.family,
        PrivateKeyBuiltins.family,
        URIBuiltins.family,
        DeprecatedBuiltins.family,
        TokenBuiltins.family,
        AWSBuiltins.family,
        SchemaBuiltins.family,
        GraphQLBuiltins.family,
        SystemBuiltins.family,
    ]
}
