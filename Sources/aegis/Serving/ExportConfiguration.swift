import ExportTransport
import Foundation
import Logging
import PolicyDocuments
import RegoSyntax
import SIEMExport

/// Where this gateway sends its audit trail: the document, with the secrets that it names.
enum ExportConfiguration {
    /// - Returns: nil where it goes nowhere.
    static func service(
        _ configuration: ServeConfiguration, on loop: BackgroundLoop, environment: [String: String], logger: Logger
    ) throws -> ExportService? {
        guard let path = configuration.export else { return nil }
        let data = configuration.data
        do {
            return try ExportService(
                read(path, environment: environment), auditDirectory: data.audit.path,
                directory: data.url.appendingPathComponent("export", isDirectory: true).path,
                host: ProcessInfo.processInfo.hostName, version: Version.text, on: loop, logger: logger)
        } catch let error as SIEMError {
            throw CommandFailure("\(path): \(error.message)", fix: error.fix)
        }
    }

    static func read(_ path: String, environment: [String: String]) throws -> [SinkPlan] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                "`\(path)` cannot be read", fix: "check --export and your rights to the file", exitCode: 2)
        }
        let document = try ExportDocument(SourceFile(name: path, text: Array(bytes)))
        let secrets = DocumentSecrets(document: path, environment: environment)
        return try document.sinks.map { sink in
            SinkPlan(
                name: sink.name, target: try target(sink, secrets), tenants: Set(sink.tenants), kinds: Set(sink.kinds),
                start: sink.startsNow ? .now : .oldestRecord)
        }
    }

    private static func target(_ sink: ExportDocument.Sink, _ secrets: DocumentSecrets) throws -> SinkPlan.Target {
        let tls = TLSFiles(
            authorities: sink.authorities.map(secrets.path), certificate: sink.certificate.map(secrets.path),
            key: sink.key.map(secrets.path))
        func secret(_ reference: SecretReference, _ what: String) throws -> String {
            try secrets.value(reference, for: "the \(what) of `\(sink.name)`")
        }
        switch sink.target {
        case .splunk(let url, let token, let index, let acknowledges, let patience, let format):
            return .splunk(
                SplunkTarget(
                    url: url, token: try secret(token, "token"), index: index, acknowledges: acknowledges,
                    patience: .seconds(patience), format: eventFormat(format), tls: tls))
        case .elasticsearch(let url, let key, let stream):
            return .elasticsearch(
                ElasticsearchTarget(url: url, apiKey: try secret(key, "API key"), dataStream: stream, tls: tls))
        case .datadog(let url, let key, let tags):
            return .datadog(DatadogTarget(url: url, apiKey: try secret(key, "API key"), tags: tags, tls: tls))
        case .syslog(let host, let port, let format, let facility):
            return .syslog(
                SyslogTarget(
                    host: host, port: port, format: eventFormat(format), facility: facility, tls: tls))
        case .file(let path, let format): return .file(path: secrets.path(path), eventFormat(format))
        case .standardOutput(let format): return .standardOutput(eventFormat(format))
        }
    }

    private static func eventFormat(_ name: String) -> EventFormat { EventFormat(rawValue: name) ?? .aegis }
}
