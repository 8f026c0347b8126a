/// Finds what `with` replaces, so that everything else can be planned without regard to it.
struct ReplacementScan {
    var data: Set<[GroundKey]> = []
    var functions: Set<FunctionName> = []

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
