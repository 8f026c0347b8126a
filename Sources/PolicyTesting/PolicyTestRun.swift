import Decisions
import Approvals
import PolicyDocuments
public import RegoSyntax
import Redaction
import RegoValues

/// The tests of a tree, run: each case on state of its own, through the stages that decide every call.
public struct PolicyTestRun: Sendable {
    public struct CaseResult: Sendable {
        public let test: String
        public let name: String
        public let location: SourceLocation
        /// What differs from what was expected, a line each; empty where it passed.
        public let differences: [String]
        /// Why the call got its outcome; only of cases that failed.
        public let explanation: CallExplanation?
        /// What the policies saw as `input`, as JSON.
        public let input: [UInt8]?
        /// What the rules alone said to it, as JSON.
        public let verdict: [UInt8]?
        /// What was decided: the code and message of its reason, in one line.
        public let decided: String
        public let duration: Duration

        public var isPassed: Bool { differences.isEmpty }
    }

    public private(set) var results: [CaseResult] = []
    public private(set) var coverage: RuleCoverage

    /// - Parameter filter: only cases of whose `TEST: CASE` this is a part.
    public init(_ bench: PolicyWorkbench, filter: String? = nil) async throws {
        coverage = RuleCoverage(bench.catalog)
        for test in bench.catalog.tests {
            for one in test.cases {
                try Task.checkCancellation()
                if let filter, !"\(test.name): \(one.name)".contains(filter) { continue }
                results.append(try await run(one, of: test.name, on: bench))
            }
        }
    }

    private mutating func run(
        _ one: PolicyTestDocument.Case, of test: String, on bench: PolicyWorkbench
    ) async throws -> CaseResult {
        let start = ContinuousClock.now
        let tried: TriedCall
        do throws(TrialProblem) {
            tried = try await bench.tries(one.given)
        } catch {
            return CaseResult(
                test: test, name: one.name, location: one.location, differences: [error.message], explanation: nil,
                input: nil, verdict: nil, decided: error.message, duration: start.duration(to: .now))
        }
        if let findings = tried.findings { coverage.add(findings, decision: tried.result.decision) }
        let differences = Self.compare(tried.result, with: one.expected)
        return CaseResult(
            test: test, name: one.name, location: one.location, differences: differences,
            explanation: differences.isEmpty ? nil : CallExplanation(tried, on: bench), input: tried.result.input,
            verdict: try tried.result.input.map { try bench.verdict(on: $0) },
            decided: CallExplanation.sentence(tried.result.decision), duration: start.duration(to: .now))
    }

    private static func compare(
        _ result: DecisionTrial.Result, with expected: PolicyTestDocument.Expectation
    ) -> [String] {
        let decision = result.decision
        var differences: [String] = []
        func check(_ what: String, _ wanted: String?, _ got: String?) {
            guard let wanted, wanted != got else { return }
            differences.append("\(what): expected `\(wanted)`, got \(got.map { "`\($0)`" } ?? "none")")
        }
        check("outcome", expected.outcome, decision.outcome.rawValue)
        check("reason", expected.reason, decision.reason.code.rawValue)
        check("policy", expected.policy, decision.reason.policy)
        check("rule", expected.rule, decision.reason.rule)
        check("message", expected.message, decision.reason.message)
        check("tool", expected.tool, decision.toolName)
        check("would", expected.would, decision.wouldOutcome?.rawValue)
        if let wanted = expected.redactions {
            func listed(_ places: [(String, String, Int)]) -> String {
                places.sorted { $0 < $1 }.map { "\($0.2) \($0.1) at \($0.0)" }.joined(separator: ", ")
            }
            check(
                "redactions", listed(wanted.map { ($0.path, $0.detector, $0.count) }),
                listed(decision.redactions.map { ($0.path, $0.detector, $0.count) }))
        }
        if let wanted = expected.parameters {
            let got = decision.parameters.flatMap(canonical)
            check("parameters", canonical(Array(wanted.utf8)) ?? wanted, got)
        }
        return differences
    }

    private static func canonical(_ json: [UInt8]) -> String? {
        guard let document = try? Document(json: json) else { return nil }
        var text: [UInt8] = []
        guard (try? JSONWriter.canonical(document.root, to: &text)) != nil else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
