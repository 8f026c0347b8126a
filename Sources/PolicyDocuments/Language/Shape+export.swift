extension Shape {
    /// Where the audit trail is sent: the gateway's own configuration, no part of a bundle.
    static let export = Shape(
        title: "an export configuration",
        fields: [
            Field("aegis", .choice(["v1"]), required: true, "Version of the policy language."),
            Field("kind", .choice(["Export"]), required: true, "What the document describes."),
            Field("description", .text, "What it is for, in a sentence."),
            Field("sinks", .list(.object(sink), atLeast: 1), required: true, "Where records go."),
        ])

    private static let sink = Shape(
        title: "a sink",
        fields: [
            Field("name", .format(.name), required: true, "Under which its place in the trail is kept."),
            Field("splunk", .object(splunk), "Splunk's HTTP Event Collector."),
            Field("elasticsearch", .object(elasticsearch), "Elasticsearch's `_bulk`, in ECS."),
            Field("datadog", .object(datadog), "Datadog's log intake."),
            Field("syslog", .object(syslog), "Syslog over TLS, RFC 5424 and 5425."),
            Field("file", .object(file), "JSON lines in a file."),
            Field("stdout", .object(standardOutput), "JSON lines on standard output."),
            Field("tenants", .list(.format(.name), atLeast: 1), "Only records of these tenants. All by default."),
            Field(
                "kinds", .list(.choice(ExportDocument.recordKinds), atLeast: 1),
                "Only records of these kinds. All by default."),
            Field(
                "start", .choice(["oldest", "now"]),
                "Where a new sink begins: with the oldest record, the default, or with what comes."),
        ])

    private static let splunk = Shape(
        title: "a Splunk sink",
        fields: [
            Field("url", .format(.webURL), required: true, "Where the collector is, without `/services`."),
            Field("token", .oneOf(secret), required: true, "The collector's token."),
            Field("index", .format(.name), "The index. The token's own by default."),
            Field("acknowledge", .boolean, "Whether to wait until Splunk has indexed. `true` by default."),
            Field("acknowledge_within", .format(.duration), "How long that may take. `5m` by default."),
            Field("format", format, "`aegis` by default."),
            Field("ca_file", .text, caFile),
        ])

    private static let elasticsearch = Shape(
        title: "an Elasticsearch sink",
        fields: [
            Field("url", .format(.webURL), required: true, "Where Elasticsearch is."),
            Field("api_key", .oneOf(secret), required: true, "The API key, as base64 of `id:key`."),
            Field("data_stream", .format(.name), "The data stream. `logs-aegis-default` by default."),
            Field("ca_file", .text, caFile),
        ])

    private static let datadog = Shape(
        title: "a Datadog sink",
        fields: [
            Field("site", .format(.domain), "The site, such as `datadoghq.eu`."),
            Field("url", .format(.webURL), "Where the intake is, in place of `site`."),
            Field("api_key", .oneOf(secret), required: true, "The API key."),
            Field("tags", .labels, "Tags that each log gets."),
            Field("ca_file", .text, caFile),
        ])

    private static let syslog = Shape(
        title: "a syslog sink",
        fields: [
            Field("host", .format(.host), required: true, "The receiver, by the name in its certificate."),
            Field("port", .integer(1...65535), "6514 by default."),
            Field("format", format, "How the message is written behind the structured data. `aegis` by default."),
            Field("facility", .integer(0...23), "13, log audit, by default."),
            Field("ca_file", .text, caFile),
            Field("certificate_file", .text, "The certificate to show, in PEM."),
            Field("key_file", .text, "Its private key, in PEM."),
        ])

    private static let file = Shape(
        title: "a file sink",
        fields: [
            Field("path", .text, required: true, "The file, relative to this one."),
            Field("format", format, "`aegis` by default."),
        ])

    private static let standardOutput = Shape(
        title: "standard output", fields: [Field("format", format, "`aegis` by default.")])

    private static let format = FieldType.choice(["aegis", "ecs", "ocsf"])
    private static let caFile =
        "Certificates that may have signed the receiver's, in PEM. The system's own by default."
}

extension TextFormat {
    /// A name in DNS, or an address.
    static let host = TextFormat(
        title: "a host", code: .invalidDomain, pattern: #"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$"#,
        example: "syslog.acme.example"
    ) { text in
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        }
        guard (1...253).contains(text.utf8.count), let first = text.utf8.first, let last = text.utf8.last else {
            return false
        }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || ".:-".utf8.contains($0) }
    }
}
