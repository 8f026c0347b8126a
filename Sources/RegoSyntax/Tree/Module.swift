/// One Rego file as a tree. Two modules are equal when their package, imports and rules are: places and comments
/// do not count.
public struct Module: Sendable, Equatable {
    public var package: Package
    public var imports: [Import]
    public var rules: [Rule]
    public var comments: [Comment]
    /// Every METADATA block, in source order; those above a rule or the package are found there too.
    public var annotations: [Annotation]
    public var source: SourceFile

    public init(
        package: Package, imports: [Import] = [], rules: [Rule] = [], comments: [Comment] = [],
        annotations: [Annotation] = [], source: SourceFile
    ) {
        self.package = package
        self.imports = imports
        self.rules = rules
        self.comments = comments
        self.annotations = annotations
        self.source = source
    }

    public static func == (a: Module, b: Module) -> Bool {
        a.package == b.package && a.imports == b.imports && a.rules == b.rules
    }
}

/// `package a.b`: the path starts with the variable `data`, then string terms (`data`, `"a"`, `"b"`).
public struct Package: Sendable, Equatable {
    public var path: Ref
    public var annotations: [Annotation]
    public var location: SourceLocation

    public init(path: Ref, annotations: [Annotation] = [], location: SourceLocation = .none) {
        self.path = path
        self.annotations = annotations
        self.location = location
    }

    public static func == (a: Package, b: Package) -> Bool { a.path == b.path }
}

/// `import data.a.b as c`: the path starts with the variable `data`, `input`, `rego` or `future`.
public struct Import: Sendable, Equatable {
    public var path: Ref
    public var alias: String?
    public var location: SourceLocation

    public init(path: Ref, alias: String? = nil, location: SourceLocation = .none) {
        self.path = path
        self.alias = alias
        self.location = location
    }

    /// The name that the module's rules use: the alias, else the path's last segment.
    public var name: String {
        if let alias { return alias }
        switch path.terms.last?.kind {
        case .variable(let name): return name
        case .string(let name): return name
        default: return ""
        }
    }

    public static func == (a: Import, b: Import) -> Bool { a.path == b.path && a.alias == b.alias }
}

/// A `#` comment: the text after the `#`, up to the end of the line.
public struct Comment: Sendable, Hashable {
    public var text: String
    public var location: SourceLocation

    public init(text: String, location: SourceLocation) {
        self.text = text
        self.location = location
    }
}

/// A `# METADATA` block: its YAML with the comment marks taken away.
public struct Annotation: Sendable, Hashable {
    /// YAML; its first line stands one line below `location.line`.
    public var yaml: String
    public var location: SourceLocation
    /// The last comment line of the block.
    public var lastLine: Int

    public init(yaml: String, location: SourceLocation, lastLine: Int) {
        self.yaml = yaml
        self.location = location
        self.lastLine = lastLine
    }
}
