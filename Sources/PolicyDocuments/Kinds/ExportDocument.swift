public import RegoSyntax

/// Where the audit trail is sent. Secrets are named, never held.
public struct ExportDocument: Sendable, Hashable {
    public enum Target: Sendable, Hashable {
        case splunk(
            url: String, token: SecretReference, index: String?, acknowledges: Bool, patienceSeconds: Int64,
            format: String)
        case elasticsearch(url: String, apiKey: SecretReference, dataStream: String)
        case datadog(url: String, apiKey: SecretReference, tags: [String])
        case syslog(host: String, port: Int, format: String, facility: Int)
        case file(path: String, format: String)
        case standardOutput(format: String)
    }

    public struct Sink: Sendable, Hashable {
        public let name: String
        public let target: Target
        public let tenants: [String]
        public let kinds: [String]
        public let startsNow: Bool
        /// Files in PEM, relative to the document.
        public let authorities: String?
        public let certificate: String?
        public let key: String?
    }

    public let sinks: [Sink]

    static let recordKinds = [
        "decision", "approval", "token", "bundle", "policy_review", "budget", "config", "key", "retention", "heartbeat",
    ]
    private static let targets = ["splunk", "elasticsearch", "datadog", "syslog", "file", "stdout"]

    /// Reads a YAML or JSON file with one document of kind `Export`.
    /// - Throws: everything that is wrong in it.
    public init(_ file: SourceFile) throws(Diagnostics) {
        let findings = Findings(files: [file])
        let (documents, _) = DocumentReader.read(file, into: findings)
        if documents.count != 1, !findings.hasErrors {
            findings.error(
                .missingField, "an export configuration is one document, and here are \(documents.count)",
                at: SourceLocation(file: file.name, line: 1, column: 1),
                fix: "write `aegis: v1`, `kind: Export` and `sinks:`")
        }
        if let document = documents.first {
            ShapeChecker(findings: findings).check(document, against: .export)
            Self.checkMeaning(document[name: "sinks"]?.elements ?? [], findings)
        }
        guard !findings.hasErrors, let document = documents.first else { throw Diagnostics(findings.sorted) }
        sinks = (document[name: "sinks"]?.elements ?? []).compactMap(Self.sink)
    }

    private static func checkMeaning(_ sinks: [LocatedNode], _ findings: Findings) {
        var names: Set<String> = []
        for sink in sinks {
            // Two that differ only in case would share a file where the file system takes them for one.
            if let name = sink[name: "name"], let text = name.string, !names.insert(text.lowercased()).inserted {
                findings.error(
                    .duplicateValue, "the sink `\(text)` stands here twice", at: name.location,
                    fix: "give each a name of its own")
            }
            let found = targets.compactMap { sink[name: $0] }
            if found.count != 1 {
                let listed = targets.map { "`\($0)`" }.joined(separator: ", ")
                findings.error(
                    found.isEmpty ? .missingField : .contradiction,
                    "a sink has one of \(listed), and this has \(found.isEmpty ? "none" : String(found.count))",
                    at: sink.location, fix: found.isEmpty ? "add one of them" : "make each a sink of its own")
            }
            if let datadog = sink[name: "datadog"] {
                switch (datadog[name: "site"], datadog[name: "url"]) {
                case (nil, nil):
                    findings.error(
                        .needsField, "a Datadog sink needs its site", at: datadog.location,
                        fix: "add `site`, such as `datadoghq.eu`")
                case (_?, let url?):
                    findings.error(
                        .contradiction, "`site` and `url` exclude each other", at: url.location,
                        fix: "remove one of the two")
                default: break
                }
            }
            if let syslog = sink[name: "syslog"],
                (syslog[name: "certificate_file"] == nil) != (syslog[name: "key_file"] == nil)
            {
                findings.error(
                    .needsField, "`certificate_file` and `key_file` go together", at: syslog.location,
                    fix: "add the other one")
            }
        }
    }

    private static func sink(_ node: LocatedNode) -> Sink? {
        guard let name = node[name: "name"]?.string, let target = target(node) else { return nil }
        let place = targets.lazy.compactMap { node[name: $0] }.first
        return Sink(
            name: name, target: target, tenants: node[name: "tenants"]?.strings.map(\.value) ?? [],
            kinds: node[name: "kinds"]?.strings.map(\.value) ?? [], startsNow: node[name: "start"]?.string == "now",
            authorities: place?[name: "ca_file"]?.string, certificate: place?[name: "certificate_file"]?.string,
            key: place?[name: "key_file"]?.string)
    }

    private static func target(_ node: LocatedNode) -> Target? {
        if let splunk = node[name: "splunk"], let token = SecretReference(splunk[name: "token"]) {
            return .splunk(
                url: base(splunk), token: token, index: splunk[name: "index"]?.string,
                acknowledges: splunk[name: "acknowledge"]?.boolean ?? true,
                patienceSeconds: splunk[name: "acknowledge_within"]?.string.flatMap { WholeDuration($0) }.map {
                    Int64($0.seconds)
                } ?? 300, format: format(splunk))
        }
        if let elastic = node[name: "elasticsearch"], let key = SecretReference(elastic[name: "api_key"]) {
            return .elasticsearch(
                url: base(elastic), apiKey: key,
                dataStream: elastic[name: "data_stream"]?.string ?? "logs-aegis-default")
        }
        if let datadog = node[name: "datadog"], let key = SecretReference(datadog[name: "api_key"]) {
            let host = datadog[name: "site"]?.string.map { "https://http-intake.logs.\($0)" } ?? base(datadog)
            return .datadog(url: host + "/api/v2/logs", apiKey: key, tags: tags(datadog[name: "tags"]))
        }
        if let syslog = node[name: "syslog"], let host = syslog[name: "host"]?.string {
            return .syslog(
                host: host, port: syslog[name: "port"]?.integer ?? 6514, format: format(syslog),
                facility: syslog[name: "facility"]?.integer ?? 13)
        }
        if let file = node[name: "file"], let path = file[name: "path"]?.string {
            return .file(path: path, format: format(file))
        }
        return node[name: "stdout"].map { .standardOutput(format: format($0)) }
    }

    private static func format(_ node: LocatedNode) -> String { node[name: "format"]?.string ?? "aegis" }

    private static func base(_ node: LocatedNode) -> String {
        let url = node[name: "url"]?.string ?? ""
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    private static func tags(_ node: LocatedNode?) -> [String] {
        (node?.entries ?? []).map { entry in
            let value: String
            switch entry.value.kind {
            case .string(let text), .number(let text): value = text
            case .boolean(let truth): value = String(truth)
            default: value = ""
            }
            return "\(entry.key):\(value)"
        }
    }
}
