public import RegoSyntax

/// Turns the YAML of a metadata block into a ground term; nil when it is not valid.
public typealias AnnotationReader = @Sendable (_ yaml: String) -> Term?

/// What `rego.metadata` functions return, for each rule.
struct ModuleAnnotations {
    private(set) var diagnostics: [Diagnostic] = []

    init(modules: [Module], packages: [[GroundKey]], reader: AnnotationReader?) {
    }

    func constants(module: Int, rule: Int) -> MetadataConstants { .none }
}
