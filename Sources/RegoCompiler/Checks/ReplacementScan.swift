/// Finds what `with` replaces, and whether anything is printed, so that all else can be planned without regard to it.
struct ReplacementScan {
    var data: Set<[GroundKey]> = []
    var functions: Set<FunctionName> = []
    /// Whether an expression writes something out, so that how often it runs can be seen.
    var prints = false

    mutating func visit(_ body: [CoreExpr]) {
        for expr in body {
            for modifier in expr.withs {
                switch modifier.target {
                case .input: break
                case .data(let path): data.insert(path)
                case .function(let name): functions.insert(name)
                }
            }
            for term in expr.terms { visit(term) }
            if case .call(.builtin(let name), _, _) = expr.kind, ["internal.print", "print", "trace"].contains(name) {
                prints = true
            }
            if case .every(_, _, _, let body) = expr.kind { visit(body) }
        }
    }

    private mutating func visit(_ term: CoreTerm) {
        switch term {
        case .comprehension(let comprehension): visit(comprehension.body)
        case .array(let items), .set(let items):
            for item in items { visit(item) }
        case .object(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .constant, .variable, .reference, .function: break
        }
    }

    var sortedData: [[GroundKey]] { data.sorted { dataPath($0) < dataPath($1) } }

    var sortedFunctions: [FunctionName] {
        functions.sorted { String(describing: $0) < String(describing: $1) }
    }
}
