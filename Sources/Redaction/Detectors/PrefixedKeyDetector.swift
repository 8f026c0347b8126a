/// Keys that say whose they are: a fixed beginning, then characters of an alphabet, as their issuers document them.
///
/// `@unchecked Sendable`: the forms are never changed after `init`.
struct PrefixedKeyDetector: TextDetector, @unchecked Sendable {
    enum Alphabet {
        case capitals, letters, base64URL, base64, dotted

        @inline(__always) func contains(_ byte: UInt8) -> Bool {
            switch self {
            case .capitals: byte.isUppercase || byte.isDigit
            case .letters: byte.isAlphanumeric || byte == UInt8(ascii: "_")
            case .base64URL: byte.isBase64URL
            case .base64: byte.isAlphanumeric || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            case .dotted: byte.isBase64URL || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
            }
        }
    }

    struct Form {
        let prefix: StaticString
        let alphabet: Alphabet
        /// How many characters stand behind the prefix.
        let length: ClosedRange<Int>
        /// Whether they hold a digit and a capital letter: words joined by hyphens do not.
        var isMixed = false
    }

    private let ownName: StaticString
    /// Read on every word of a text: in memory that is never freed, without counting references.
    private let forms: UnsafeBufferPointer<Form>

    private init(name: StaticString, forms: [Form]) {
        ownName = name
        let memory = UnsafeMutableBufferPointer<Form>.allocate(capacity: forms.count)
        _ = memory.initialize(fromContentsOf: forms)
        self.forms = UnsafeBufferPointer(memory)
    }

    var name: String { "\(ownName)" }

    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: forms.map { $0.prefix.utf8Start[0] }, position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        for form in forms where text.has(form.prefix, at: place) && !text.hasWord(before: place) {
            let start = place + form.prefix.utf8CodeUnitCount
            var end = text.end(of: form.alphabet.contains, from: start, limit: form.length.upperBound + 1)
            // A sentence may end behind a key.
            while form.alphabet == .dotted, end > start, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
            guard form.length.contains(end - start), !form.isMixed || isMixed(text, start..<end) else { continue }
            return .found(place..<end)
        }
        return .nothing
    }

    private func isMixed(_ text: ScannedText, _ range: Range<Int>) -> Bool {
        range.contains { text[$0].isDigit } && range.contains { text[$0].isUppercase }
    }
}

extension PrefixedKeyDetector {
    static let all: [PrefixedKeyDetector] = [
        PrefixedKeyDetector(
            name: "aws_key",
            forms: (["AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ANPA", "ANVA", "AIPA"] as [StaticString]).map {
                Form(prefix: $0, alphabet: .capitals, length: 16...16)
            }),
        PrefixedKeyDetector(
            name: "gcp_key",
            forms: [
                Form(prefix: "AIza", alphabet: .base64URL, length: 35...35),
                Form(prefix: "GOCSPX-", alphabet: .base64URL, length: 28...28),
                Form(prefix: "ya29.", alphabet: .base64URL, length: 20...2048),
            ]),
        PrefixedKeyDetector(
            name: "azure_key",
            forms: [
                Form(prefix: "AccountKey=", alphabet: .base64, length: 86...86),
                Form(prefix: "SharedAccessKey=", alphabet: .base64, length: 43...43),
            ]),
        PrefixedKeyDetector(
            name: "github_token",
            forms: (["ghp_", "gho_", "ghu_", "ghs_", "ghr_"] as [StaticString]).map {
                Form(prefix: $0, alphabet: .letters, length: 36...255)
            } + [Form(prefix: "github_pat_", alphabet: .letters, length: 22...255)]),
        PrefixedKeyDetector(
            name: "gitlab_token", forms: [Form(prefix: "glpat-", alphabet: .dotted, length: 20...255)]),
        PrefixedKeyDetector(
            name: "slack_token",
            forms: (["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.xoxp-", "xapp-"] as [StaticString]).map
            {
                Form(prefix: $0, alphabet: .base64URL, length: 10...255)
            } + [Form(prefix: "hooks.slack.com/services/T", alphabet: .dotted, length: 24...255)]),
        PrefixedKeyDetector(
            name: "anthropic_key", forms: [Form(prefix: "sk-ant-", alphabet: .base64URL, length: 20...255)]),
        PrefixedKeyDetector(
            name: "stripe_key",
            forms: (["sk_live_", "sk_test_", "rk_live_", "rk_test_"] as [StaticString]).map {
                Form(prefix: $0, alphabet: .letters, length: 16...255)
            } + [Form(prefix: "whsec_", alphabet: .base64, length: 24...255)]),
        PrefixedKeyDetector(
            name: "openai_key", forms: [Form(prefix: "sk-", alphabet: .base64URL, length: 20...255, isMixed: true)]),
        PrefixedKeyDetector(
            name: "sendgrid_key", forms: [Form(prefix: "SG.", alphabet: .dotted, length: 66...66)]),
        PrefixedKeyDetector(name: "npm_token", forms: [Form(prefix: "npm_", alphabet: .letters, length: 36...36)]),
        PrefixedKeyDetector(
            name: "huggingface_token", forms: [Form(prefix: "hf_", alphabet: .letters, length: 30...64)]),
    ]
}
