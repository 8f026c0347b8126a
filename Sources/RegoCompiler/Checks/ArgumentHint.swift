internal import RegoValues

/// Says which argument of a builtin cannot be right, and what its author may have meant.
struct ArgumentHint {
    let signature: BuiltinSignature
    let have: [BuiltinType]

    var text: String? {
        if signature.name == "plus", have.contains(.string) {
            return "`+` adds numbers: join strings with `concat` or in a template, `$\"{a}{b}\"`"
        }
        guard let index = zip(have, signature.parameters).enumerated().first(where: { !$1.0.overlaps($1.1) })?.offset
        else { return nil }
        let (given, wanted) = (have[index], signature.parameters[index])
        if signature.infix != nil {
            return "\(index == 0 ? "the left" : "the right") side is of type \(given.brief), not \(wanted)"
        }
        let place = have.count == 1 ? "the argument" : "argument \(index + 1)"
        switch (given, wanted) {
        case (.number, .string): return "\(place) is a number: `sprintf(\"%v\", [x])` makes a string of it"
        case (.string, .number): return "\(place) is a string: `to_number` makes a number of it"
        case (.set, .array): return "\(place) is a set: `[x | some x in xs]` makes an array of it"
        case (.array, .set): return "\(place) is an array: `{x | some x in xs}` makes a set of it"
        default: return "\(place) is of type \(given.brief), not \(wanted)"
        }
    }
}
