import ExportTransport

extension TelemetryConfiguration {
    /// Where a signal goes; nil where it goes nowhere.
    /// Source: OpenTelemetry Protocol Exporter, "Configuration Options" and "Endpoint URLs for OTLP/HTTP".
    static func destination(
        _ signal: String, _ path: String, _ variables: OTelVariables
    ) throws(TelemetryError) -> Destination? {
        let exporter = try variables.choice(
            "OTEL_\(signal)_EXPORTER", among: ["otlp", "none"] + (signal == "METRICS" ? ["prometheus"] : []))
        let own = variables.text("OTEL_EXPORTER_OTLP_\(signal)_ENDPOINT")
        let common = variables.text("OTEL_EXPORTER_OTLP_ENDPOINT")
        guard exporter == "otlp" || (exporter == nil && (own ?? common) != nil) else { return nil }
        func names(_ option: String) -> [String] {
            ["OTEL_EXPORTER_OTLP_\(signal)_\(option)", "OTEL_EXPORTER_OTLP_\(option)"]
        }
        func value(_ option: String) -> String? {
            variables.text(names(option)[0])?.value ?? variables.text(names(option)[1])?.value
        }
        let wire: Destination.Wire
        let word = try variables.choice(
            names("PROTOCOL")[0], names("PROTOCOL")[1], among: ["http/protobuf", "grpc"])
        wire = word == "grpc" ? .grpc : .http
        let url: String
        switch (wire, own, common) {
        case (.http, let own?, _): url = try address(own, variables)
        case (.http, nil, let base):
            let base =
                try base.map { endpoint throws(TelemetryError) in try address(endpoint, variables) }
                ?? "http://localhost:4318"
            url = base + (base.hasSuffix("/") ? "" : "/") + "v1/\(path)"
        case (.grpc, let named, let base):
            url =
                try (named ?? base).map { endpoint throws(TelemetryError) in
                    try address(endpoint, variables, isGRPC: true)
                } ?? "http://localhost:4317"
        }
        let compression = try variables.choice(
            names("COMPRESSION")[0], names("COMPRESSION")[1], among: ["gzip", "none"])
        return Destination(
            wire: wire, url: url,
            headers: try variables.pairs(names("HEADERS")[0], names("HEADERS")[1]).map {
                (name: $0.name.lowercased(), value: $0.value)
            },
            timeout: try variables.milliseconds(names("TIMEOUT")[0], names("TIMEOUT")[1], default: 10_000),
            gzip: compression == "gzip",
            tls: TLSFiles(
                authorities: value("CERTIFICATE"), certificate: value("CLIENT_CERTIFICATE"), key: value("CLIENT_KEY")))
    }

    // gRPC endpoints may come without a scheme; then OTEL_EXPORTER_OTLP_INSECURE says whether TLS is left out.
    private static func address(
        _ endpoint: (name: String, value: String), _ variables: OTelVariables, isGRPC: Bool = false
    ) throws(TelemetryError) -> String {
        var text = endpoint.value
        if isGRPC, !text.contains("://") {
            let plain = try variables.boolean("OTEL_EXPORTER_OTLP_INSECURE", default: false)
            text = (plain ? "http://" : "https://") + text
        }
        let parts = text.split(separator: "://", maxSplits: 1)
        guard parts.count == 2, parts[0] == "http" || parts[0] == "https", let host = parts[1].first,
            host != "/", !text.contains(where: { $0 == " " || $0 == "#" || $0 == "?" })
        else {
            throw variables.wrong(
                endpoint.name, endpoint.value, "no http or https address",
                fix: "write one such as `http://localhost:\(isGRPC ? 4317 : 4318)`")
        }
        return text
    }
}
