// The Rego engine alone, as a Swift library: product `RegoEngine`, nothing else of Aegis. docs/guides/rego-library.md tells the story.
import RegoRuntime
import RegoSyntax
import RegoValues

let policy = """
    package orders

    import rego.v1

    default allow := false

    allow if {
    	some role in data.roles[input.user]
    	input.action in data.grants[role]
    }

    reasons contains sprintf("%s has no role", [input.user]) if not data.roles[input.user]

    reasons contains sprintf("no role of %s may %s", [input.user, input.action]) if {
    	data.roles[input.user]
    	not allow
    }

    answer := {"allow": allow, "reasons": reasons}
    """

let data = """
    {"roles": {"ada": ["clerk"], "bo": ["clerk", "manager"]},
     "grants": {"clerk": ["read", "create"], "manager": ["cancel"]}}
    """

// 1. Compile once. What is wrong with a source comes back with its place, a caret and a code.
let program = try Program(
    modules: [SourceFile(name: "orders.rego", text: policy)], data: try Document(json: Array(data.utf8)))
do throws(Diagnostics) {
    _ = try Program(modules: [SourceFile(name: "typo.rego", text: "package typo\n\nallow if inputs.user == \"ada\"\n")])
} catch {
    print(error.rendered)
}

// 2. Prepare a query once; it may run from any number of threads.
let query = try program.prepare("data.orders.answer")

// 3. Evaluate. The heap holds the input and the answer, and is used again after a reset.
let heap = Heap()
for input in [
    #"{"user": "ada", "action": "create"}"#, #"{"user": "ada", "action": "cancel"}"#,
    #"{"user": "bo", "action": "cancel"}"#, #"{"user": "cy", "action": "read"}"#,
] {
    heap.reset()
    let answer = try query.value(input: try heap.parseJSON(Array(input.utf8)), heap: heap)
    print(input, "->", JSONWriter.text(answer))
}

// 4. Bounds: what passes one is an error with a code, never a hang or a crash.
let endless = try Program(modules: [
    SourceFile(name: "endless.rego", text: "package endless\np := count(numbers.range(1, 1000000000))")
]).prepare("data.endless.p")
heap.reset()
let bounds = EvaluationLimits(steps: 1_000_000, depth: 100, memory: 8 << 20, deadline: .now + .seconds(1))
do throws(EvaluationError) {
    _ = try endless.value(input: .undefined, heap: heap, environment: EvaluationEnvironment(limits: bounds))
} catch {
    print(error)
}

// 5. Many at once: one heap for each task, the prepared query shared.
func allowedTurns(_ query: PreparedQuery, _ number: Int) -> Int {
    let heap = Heap()
    return (0..<100).count { turn in
        heap.reset()
        let user = (number + turn).isMultiple(of: 2) ? "ada" : "bo"
        let input = try? heap.parseJSON(Array(#"{"user": "\#(user)", "action": "cancel"}"#.utf8))
        let answer = try? query.value(input: input ?? .undefined, heap: heap)
        return answer?.lookup("allow").boolValue == true
    }
}

async let first = allowedTurns(query, 0)
async let second = allowedTurns(query, 1)
print("\(await first + second) of 200 allowed")
