import PolicyDocuments
import RegoSyntax
import Testing

@Suite struct ExportDocumentTests {
    static let head = "aegis: v1\nkind: Export\nsinks:\n"

    static func read(_ text: String) throws(Diagnostics) -> ExportDocument {
        try ExportDocument(SourceFile(name: "export.yaml", text: Array(text.utf8)))
    }

    @Test func `a document names sinks and where their secrets are`() throws {
        let document = try Self.read(
            Self.head + """
                  - {name: soc, splunk: {url: "https://splunk.example:8088/", token: {env: HEC}, acknowledge_within: 1m}, tenants: [acme]}
                  - {name: es, elasticsearch: {url: "https://es.example", api_key: {file: secrets/es}}}
                  - {name: dd, datadog: {site: datadoghq.eu, api_key: {env: DD}, tags: {env: prod, tier: 1}}, start: now}
                  - {name: sys, syslog: {host: syslog.example, format: ocsf, facility: 16, ca_file: ca.pem, certificate_file: c.pem, key_file: k.pem}}
                  - {name: lake, file: {path: out.jsonl, format: ecs}, kinds: [decision]}
                  - {name: out, stdout: {}}

                """)
        #expect(
            document.sinks.map(\.target) == [
                .splunk(
                    url: "https://splunk.example:8088", token: .environment("HEC"), index: nil, acknowledges: true,
                    patienceSeconds: 60, format: "aegis"),
                .elasticsearch(
                    url: "https://es.example", apiKey: .file("secrets/es"), dataStream: "logs-aegis-default"),
                .datadog(
                    url: "https://http-intake.logs.datadoghq.eu/api/v2/logs", apiKey: .environment("DD"),
                    tags: ["env:prod", "tier:1"]),
                .syslog(host: "syslog.example", port: 6514, format: "ocsf", facility: 16),
                .file(path: "out.jsonl", format: "ecs"), .standardOutput(format: "aegis"),
            ])
        #expect(document.sinks.map(\.startsNow) == [false, false, true, false, false, false])
        #expect(document.sinks[0].tenants == ["acme"])
        #expect(document.sinks[3].authorities == "ca.pem" && document.sinks[3].key == "k.pem")
        #expect(document.sinks[4].kinds == ["decision"])
    }

    @Test(arguments: [
        ("", "1:1 policy.missing-field: an export configuration is one document, and here are 0"),
        (
            head + "  - {name: a}\n",
            "4:5 policy.missing-field: a sink has one of `splunk`, `elasticsearch`, `datadog`, `syslog`, `file`, `stdout`, and this has none"
        ),
        (
            head + "  - {name: a, datadog: {api_key: {env: A}}}\n",
            "4:24 policy.needs-field: a Datadog sink needs its site"
        ),
        (
            head + "  - {name: a, syslog: {host: h, key_file: k}}\n",
            "4:23 policy.needs-field: `certificate_file` and `key_file` go together"
        ),
        (head + "  - {name: a, syslog: {host: h, port: 70000}}\n", "4:39 policy.out-of-range: `port` is 70000"),
        (head + "  - {name: a, file: {path: p, format: xml}}\n", "4:39 policy.unknown-value: `format` cannot be `xml`"),
        (
            head + "  - {name: a, kinds: [decisions], stdout: {}}\n",
            "4:23 policy.unknown-value: `kinds` cannot be `decisions`"
        ),
        (head + "  - {name: ../a, stdout: {}}\n", "4:12 policy.invalid-name: `../a` is not a name"),
    ])
    func `a mistake is told with its place`(text: String, message: String) {
        #expect {
            _ = try Self.read(text)
        } throws: { error in
            guard let first = (error as? Diagnostics)?.all.first else { return false }
            return "\(first.location.line):\(first.location.column) \(first.code): \(first.message)" == message
        }
    }
}
