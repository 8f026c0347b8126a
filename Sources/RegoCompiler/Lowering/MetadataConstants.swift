internal import RegoSyntax

/// What `rego.metadata.chain()` and `rego.metadata.rule()` return inside of one rule.
struct MetadataConstants {
    var chain: Term
    var rule: Term

    static let none = MetadataConstants(chain: Term(.array([])), rule: Term(.object([])))

    func constant(for call: Call) -> Term? {
        guard call.function.terms.count == 3 else { return nil }
        var constant: Term
        switch call.functionName {
        case "rego.metadata.chain": constant = chain
        case "rego.metadata.rule": constant = rule
        default: return nil
        }
        constant.location = call.location
        return constant
    }
}
