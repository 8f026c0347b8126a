import Crypto
import Redaction
import RegoValues

/// Times the redaction of texts of one kilobyte by all built-in detectors.
struct RedactionBench {
    private let redactor = Redactor(pseudonymKey: SymmetricKey(size: .bits256))

    /// What is searched: prose without a find, and a ticket with one find in each of several lines.
    private static let texts: [(name: String, text: String, finds: Int)] = [
        ("redact 1 KB, clean prose", fill(prose), 0),
        ("redact 1 KB, 8 finds", fill(ticket + prose), 8),
    ]

    private static let prose = """
        The transfer to the supplier was stopped because the amount is above what the agent may pay without a second look. \
        Maria has asked for the contract, and the treasury will answer before the end of the week. Nothing else is open. \
        Orders of 2026 are counted by quarter: 1204 in the first, 1377 in the second, 1290 so far in the third. \

        """

    private static let ticket = """
        Customer Jane Roe, jane.roe@mail.example, phone +1 212-555-0123, SSN 123-45-6789.
        Card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00.
        From 10.20.30.40 with key AKIAIOSFODNN7EXAMPLE; date of birth: 1980-02-29.

        """

    private static func fill(_ text: String) -> String {
        var bytes = Array(text.utf8)
        while bytes.count < 1024 { bytes += Array(prose.utf8) }
        return String(decoding: bytes.prefix(1024), as: UTF8.self)
    }

    /// - Returns: the time of each round. Finds that are not as many as there are end the run.
    func run(rounds: Int) throws -> [(name: String, times: SortedTimes)] {
        try RedactionBench.texts.map { name, text, finds in
            let heap = Heap()
            let order = RedactionOrder(detectors: Redactor.detectorNames)
            let scope = Redactor.Scope(tenant: "bench")
            var times: [Int64] = []
            for round in 0..<(rounds + 100) {
                heap.reset()
                let value = heap.string(text)
                let start = ContinuousClock.now
                let result = redactor.sanitize(value, [order], in: scope, heap: heap)
                let took = start.duration(to: .now)
                let found = result.places.reduce(0) { $0 + $1.count }
                guard found == finds else {
                    throw CommandFailure(
                        "`\(name)` had \(found) finds, not \(finds)", fix: "its text and the detectors differ")
                }
                if round >= 100 { times.append(took.nanoseconds) }
            }
            return (name, SortedTimes(times))
        }
    }
}
