@testable import TelemetryExport
import Testing

struct TelemetryConfigurationTests {
    private static func read(_ environment: [String: String]) throws(TelemetryError) -> TelemetryConfiguration {
        try TelemetryConfiguration(environment: environment, version: "1.0", instance: "gw-1", host: "box")
    }

    @Test(arguments: [[:], ["OTEL_EXPORTER_OTLP_ENDPOINT": ""], ["OTEL_SERVICE_NAME": "x"]])
    func `nothing goes out that was not asked for`(environment: [String: String]) throws {
        #expect(try !Self.read(environment).exportsAnything)
    }

    @Test func `one endpoint serves all signals, each under its own path`() throws {
        let configuration = try Self.read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/base/"])
        #expect(configuration.traces?.url == "http://collector:4318/base/v1/traces")
        #expect(configuration.metrics?.url == "http://collector:4318/base/v1/metrics")
        #expect(configuration.logs?.url == "http://collector:4318/base/v1/logs")
        #expect(configuration.traces?.timeout == .seconds(10))
        #expect(configuration.traces?.gzip == false)
    }

    @Test func `a signal's own variables go before those of all, and its endpoint is taken as it is`() throws {
        let configuration = try Self.read([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_EXPORTER_OTLP_HEADERS": "a=1,b=x%20y",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://traces.example/in",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "Token=t",
            "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "250", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "gzip",
            "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "grpc", "OTEL_METRICS_EXPORTER": "none",
        ])
        #expect(configuration.traces?.url == "https://traces.example/in")
        #expect(configuration.traces?.headers.map { "\($0.name)=\($0.value)" } == ["token=t"])
        #expect(configuration.traces?.timeout == .milliseconds(250))
        #expect(configuration.traces?.gzip == true)
        #expect(configuration.logs?.wire == .grpc)
        #expect(configuration.logs?.url == "http://collector:4318")
        #expect(configuration.logs?.headers.map { "\($0.name)=\($0.value)" } == ["a=1", "b=x y"])
        #expect(configuration.metrics == nil)
    }

    @Test(arguments: [("false", "https://collector:4317"), ("true", "http://collector:4317")])
    func `a gRPC endpoint may come without a scheme`(insecure: String, url: String) throws {
        let configuration = try Self.read([
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            "OTEL_EXPORTER_OTLP_INSECURE": insecure,
        ])
        #expect(configuration.traces?.url == url)
    }

    @Test func `the switch turns everything off`() throws {
        let configuration = try Self.read([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "TRUE",
        ])
        #expect(!configuration.exportsAnything)
    }

    @Test func `the service's name and attributes are the operator's`() throws {
        let named = try Self.read([
            "OTEL_SERVICE_NAME": "payments-gateway",
            "OTEL_RESOURCE_ATTRIBUTES":
                "deployment.environment.name=prod,service.name=other,team=a%2Cb, host.name = box-2",
        ]).resource
        func value(_ name: String) -> [String] { named.filter { $0.name == name }.map(\.value) }
        #expect(value("service.name") == ["payments-gateway"])
        #expect(value("deployment.environment.name") == ["prod"])
        #expect(value("team") == ["a,b"])
        #expect(value("host.name") == ["box-2"])
        #expect(value("service.instance.id") == ["gw-1"])
        #expect(try Self.read([:]).resource.contains { $0 == ("service.name", "aegis") })
    }

    @Test(arguments: [
        (
            ["OTEL_SDK_DISABLED": "yes"],
            "OTEL_SDK_DISABLED is `yes`, which is neither `true` nor `false` [telemetry_variable]\nfix: write `true` or `false`"
        ),
        (
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"],
            "OTEL_EXPORTER_OTLP_ENDPOINT is `collector:4318`, which is no http or https address [telemetry_variable]\nfix: write one such as `http://localhost:4318`"
        ),
        (
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"],
            "OTEL_EXPORTER_OTLP_PROTOCOL is `http/json`, which is none of `http/protobuf`, `grpc` [telemetry_variable]\nfix: use one of them"
        ),
        (
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_HEADERS": "authorization"],
            "OTEL_EXPORTER_OTLP_HEADERS is no list of pairs [telemetry_variable]\nfix: write it as name=value,name=value"
        ),
        (
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_TIMEOUT": "10s"],
            "OTEL_EXPORTER_OTLP_TIMEOUT is `10s`, which is no whole number of at least 1 [telemetry_variable]\nfix: write one such as `10000`"
        ),
        (
            ["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"],
            "OTEL_TRACES_SAMPLER_ARG is `2`, which is no number from 0 to 1 [telemetry_variable]\nfix: write one such as `0.1`"
        ),
        (
            ["OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "11"],
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE is `11`, which is more than the queue of 10 holds [telemetry_variable]\nfix: lower it, or raise OTEL_BSP_MAX_QUEUE_SIZE"
        ),
    ])
    func `a malformed variable stops the start and says how to write it`(environment: [String: String], text: String) {
        #expect { try Self.read(environment) } throws: { "\($0)" == text }
    }
}
