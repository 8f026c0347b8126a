internal import RegoValues

/// Decides which functions' results are kept by their arguments within an evaluation: those that loop, or call something
/// that costs more than finding a kept result does.
struct FunctionResults {
    private let planner: Planner

    init(_ planner: Planner) {
        self.planner = planner
    }

    func keepWhatIsWorthIt() {
        let cheap = Set(Self.cheap.compactMap { planner.functions.builtins[$0].map { Int32($0.index) } })
        var callers: [Int32: [Int]] = [:]
        var open: [Int] = []
        for (number, function) in planner.planned.enumerated() where function.arity > 0 {
            var isCostly = false
            for instruction in planner.code[Int(function.entry)..<Int(planner.ends[number])] {
                switch instruction.opcode {
                case .scanNext, .callReplaceable: isCostly = true
                case .callBuiltin where !cheap.contains(instruction.b): isCostly = true
                case .call where planner.planned[Int(instruction.b)].arity > 0:
                    callers[instruction.b, default: []].append(number)
                default: break
                }
            }
            if isCostly { open.append(number) }
        }
        var costly = Set(open)
        while let number = open.popLast() {
            for caller in callers[Int32(number)] ?? [] where costly.insert(caller).inserted { open.append(caller) }
        }
        for number in costly where planner.planned[number].arity <= Plan.Function.mostKeptArguments {
            planner.planned[number].memo = Plan.Function.keptByArguments
        }
    }

    /// Builtins that take about as long as finding a kept result.
    private static let cheap = [
        "is_array", "is_boolean", "is_null", "is_number", "is_object", "is_set", "is_string", "type_name", "abs",
        "ceil",
        "floor", "round", "plus", "minus", "mul", "div", "rem", "equal", "neq", "lt", "lte", "gt", "gte", "count",
        "startswith", "endswith", "contains", "object.get", "internal.member_2", "internal.member_3", "to_number",
        "time.now_ns", "array.slice",
    ]
}
