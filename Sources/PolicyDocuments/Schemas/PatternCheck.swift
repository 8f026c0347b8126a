import RegoRuntime
import RegoSyntax
import RegoValues

/// Asks the engine whether a pattern is one of RE2.
enum PatternCheck {
    private static let query = try? Program(
        modules: [SourceFile(name: "pattern.rego", text: "package pattern\n\nvalid := regex.is_valid(input)\n")]
    ).prepare("data.pattern.valid")

    static func isValid(_ pattern: String) -> Bool {
        guard let query else { return false }
        let heap = Heap()
        guard let answer = try? query.value(input: heap.string(pattern), heap: heap) else { return false }
        return answer.boolValue == true
    }
}
