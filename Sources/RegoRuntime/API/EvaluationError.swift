public import RegoSyntax

/// Why an evaluation has no answer.
public struct EvaluationError: Error, Sendable, Equatable {
    /// OPA's codes, and those of the limits.
    public enum Code: String, Sendable {
        case conflict = "eval_conflict_error"
        case type = "eval_type_error"
        case builtin = "eval_builtin_error"
        case withMerge = "eval_with_merge_error"
        case `internal` = "eval_internal_error"
        case instructionLimit = "eval_instruction_limit_error"
        case deadline = "eval_deadline_error"
        case depthLimit = "eval_depth_limit_error"
        case memoryLimit = "eval_memory_limit_error"
        case cancelled = "eval_cancel_error"
    }

    public let code: Code
    public let message: String
    public let location: SourceLocation?

    public init(_ code: Code, _ message: String, at location: SourceLocation? = nil) {
        self.code = code
        self.message = message
        self.location = location
    }
}

extension EvaluationError: CustomStringConvertible {
    /// `FILE:ROW: CODE: MESSAGE`
    public var description: String {
        let text = "\(code.rawValue): \(message)"
        guard let location, location.line > 0 else { return text }
        return "\(location.file):\(location.line): \(text)"
    }
}
