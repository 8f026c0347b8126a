public import ExportTransport

/// One place that records go to, secrets included.
public struct SinkPlan: Sendable {
    public enum Target: Sendable {
        case splunk(SplunkTarget)
        case elasticsearch(ElasticsearchTarget)
        case datadog(DatadogTarget)
        case syslog(SyslogTarget)
        case file(path: String, EventFormat)
        case standardOutput(EventFormat)
    }

    /// Where a sink begins that has sent nothing yet.
    public enum Start: Sendable, Hashable { case oldestRecord, now }

    public var name: String
    public var target: Target
    /// Only records of these tenants; empty: of all.
    public var tenants: Set<String>
    /// Only records of these kinds; empty: of all.
    public var kinds: Set<String>
    public var start: Start

    public init(
        name: String, target: Target, tenants: Set<String> = [], kinds: Set<String> = [], start: Start = .oldestRecord
    ) {
        self.name = name
        self.target = target
        self.tenants = tenants
        self.kinds = kinds
        self.start = start
    }
}

/// How a record is written where the receiver leaves the choice.
public enum EventFormat: String, Sendable, Hashable, CaseIterable {
    /// The record as it stands in the trail.
    case aegis
    /// Elastic Common Schema.
    case ecs
    /// Open Cybersecurity Schema Framework.
    case ocsf
}

public struct SplunkTarget: Sendable {
    /// Such as `https://splunk.acme.example:8088`, without a final slash.
    public var url: String
    public var token: String
    public var index: String?
    /// Whether a record counts as delivered only once Splunk has indexed it.
    public var acknowledges: Bool
    /// How long that may take before the records are sent again.
    public var patience: Duration
    public var format: EventFormat
    public var tls: TLSFiles

    public init(
        url: String, token: String, index: String? = nil, acknowledges: Bool = true, patience: Duration = .seconds(300),
        format: EventFormat = .aegis, tls: TLSFiles = TLSFiles()
    ) {
        self.url = url
        self.token = token
        self.index = index
        self.acknowledges = acknowledges
        self.patience = patience
        self.format = format
        self.tls = tls
    }
}

public struct ElasticsearchTarget: Sendable {
    /// Such as `https://elastic.acme.example:9200`, without a final slash.
    public var url: String
    /// As Elasticsearch gives it: base64 of `id:key`.
    public var apiKey: String
    public var dataStream: String
    public var tls: TLSFiles

    public init(url: String, apiKey: String, dataStream: String, tls: TLSFiles = TLSFiles()) {
        self.url = url
        self.apiKey = apiKey
        self.dataStream = dataStream
        self.tls = tls
    }
}

public struct DatadogTarget: Sendable {
    /// The whole address of the intake.
    public var url: String
    public var apiKey: String
    /// `name:value`.
    public var tags: [String]
    public var tls: TLSFiles

    public init(url: String, apiKey: String, tags: [String] = [], tls: TLSFiles = TLSFiles()) {
        self.url = url
        self.apiKey = apiKey
        self.tags = tags
        self.tls = tls
    }
}

public struct SyslogTarget: Sendable {
    public var host: String
    public var port: Int
    public var format: EventFormat
    /// Syslog's facility, 0 to 23; 13 is "log audit".
    public var facility: Int
    public var tls: TLSFiles

    public init(
        host: String, port: Int = 6514, format: EventFormat = .aegis, facility: Int = 13, tls: TLSFiles = TLSFiles()
    ) {
        self.host = host
        self.port = port
        self.format = format
        self.facility = facility
        self.tls = tls
    }
}
