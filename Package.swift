// swift-tools-version: 6.2
// Aegis: the runtime security fabric for agentic AI.
// Targets stand lowest layer first, and imports point down only (docs/architecture.md, scripts/check-layers.py).
import PackageDescription

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let bigInt: Target.Dependency = .product(name: "BigInt", package: "BigInt")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "aegis",
    products: [
        .executable(name: "aegis", targets: ["aegis"]),
        .library(name: "FuzzTargets", targets: ["FuzzTargets"]),
        .library(name: "RegoEngine", targets: ["RegoValues", "RegoSyntax", "RegoCompiler", "RegoRuntime"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/attaswift/BigInt.git", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // System libraries
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Threads", swiftSettings: strict),

        // Values
        .target(name: "RegoValues", dependencies: [bigInt], swiftSettings: strict),
        .target(name: "RegoSyntax", swiftSettings: strict),
        .target(name: "RegoCompiler", dependencies: ["RegoSyntax", "RegoValues"], swiftSettings: strict),
        .target(
            name: "RegoRuntime",
            dependencies: ["RegoCompiler", "RegoSyntax", "RegoValues", "CRE2", bigInt, crypto, cryptoExtras, yams],
            swiftSettings: strict),
        .target(name: "MerkleLog", dependencies: [crypto], swiftSettings: strict),
        .target(
            name: "SignedTokens",
            dependencies: ["RegoValues", crypto, cryptoExtras],
            swiftSettings: strict),

        // Domain
        .target(name: "Redaction", dependencies: ["RegoValues", "CRE2", crypto], swiftSettings: strict),
        .target(
            name: "PolicyBundles", dependencies: ["RegoValues", "SignedTokens", "CZlib", crypto], swiftSettings: strict),
        .target(
            name: "PolicyLifecycle", dependencies: ["PolicyBundles", "SignedTokens", crypto], swiftSettings: strict),
        .target(
            name: "PolicyDocuments",
            dependencies: [
                "RegoSyntax", "RegoCompiler", "RegoRuntime", "RegoValues", "Redaction",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .target(name: "Approvals", dependencies: ["RegoValues", "SignedTokens", crypto], swiftSettings: strict),
        .target(
            name: "AuditTrail", dependencies: ["Threads", "RegoValues", "MerkleLog", crypto], swiftSettings: strict),
        .target(
            name: "Decisions",
            dependencies: [
                "RegoRuntime", "RegoValues", "PolicyBundles", "SignedTokens", "Approvals", "AuditTrail", "Redaction",
                crypto,
            ],
            swiftSettings: strict),

        .target(name: "AccessControl", dependencies: ["Decisions", "Approvals"], swiftSettings: strict),
        .target(
            name: "PolicyTesting",
            dependencies: [
                "Decisions", "PolicyDocuments", "RegoRuntime", "RegoSyntax", "RegoValues", "Approvals", "Redaction",
            ],
            swiftSettings: strict),

        .target(
            name: "PolicyImpact",
            dependencies: [
                "Approvals", "Decisions", "PolicyDocuments", "PolicyBundles", "PolicyLifecycle", "AuditTrail",
                "RegoRuntime", "RegoSyntax",
                "RegoValues", "SignedTokens", crypto,
            ],
            swiftSettings: strict),
        .target(
            name: "EvidencePacks",
            dependencies: [
                "RegoValues", "MerkleLog", "SignedTokens", "PolicyBundles", "AuditTrail", "Decisions", crypto,
            ],
            resources: [.embedInCode("Resources/verify.py")],
            swiftSettings: strict),

        // Adapters
        .target(
            name: "StateStoreSQLite",
            dependencies: [
                "Decisions", "Approvals", "AccessControl", crypto, .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),

        .target(
            name: "ObjectStores",
            dependencies: [
                "PolicyBundles", "Approvals", "SignedTokens", "RegoValues", crypto, cryptoExtras,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),

        .target(
            name: "ApprovalChannels",
            dependencies: [
                "Approvals", "RegoValues", "SignedTokens", crypto,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        .target(
            name: "ExportTransport",
            dependencies: [
                "CZlib", "Threads",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .target(
            name: "TelemetryExport",
            dependencies: [
                "Decisions", "Approvals", "AuditTrail", "MerkleLog", "Redaction", "ExportTransport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict),
        .target(
            name: "SIEMExport",
            dependencies: [
                "AuditTrail", "Approvals", "ExportTransport", "RegoValues",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // Services
        .target(
            name: "PolicyDelivery",
            dependencies: [
                "Threads", "AccessControl", "Approvals", "AuditTrail", "Decisions", "ObjectStores", "PolicyBundles",
                "RegoSyntax",
                "RegoValues", "SignedTokens", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "EnvoyAuthorization",
            dependencies: [
                "Decisions", "RegoValues",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "HTTPEndpoints",
            dependencies: [
                "AccessControl", "Decisions", "Approvals", "RegoValues",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "DecisionAPI",
            dependencies: [
                "HTTPEndpoints", "Threads", "Decisions", "Approvals", "RegoValues",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        .target(
            name: "ControlPlane",
            dependencies: [
                "Threads", "HTTPEndpoints", "AccessControl", "AuditTrail", "Decisions", "Approvals", "PolicyBundles",
                "PolicyDocuments", "PolicyImpact", "PolicyLifecycle", "PolicyTesting", "RegoSyntax",
                "SignedTokens",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        .target(
            name: "LogWitness",
            dependencies: [
                "AuditTrail",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // Program
        .executableTarget(
            name: "aegis",
            dependencies: [
                "RegoValues", "RegoSyntax", "RegoCompiler", "RegoRuntime", "MerkleLog", "SignedTokens", "PolicyBundles",
                "PolicyLifecycle", "PolicyDocuments", "PolicyTesting", "PolicyImpact", "Approvals", "AuditTrail",
                "Redaction", "Decisions",
                "StateStoreSQLite",
                "EnvoyAuthorization", "DecisionAPI", "ApprovalChannels", "AccessControl", "HTTPEndpoints",
                "ControlPlane", "ObjectStores", "PolicyDelivery",
                "Threads", "ExportTransport", "TelemetryExport", "SIEMExport", "EvidencePacks", "LogWitness",
                crypto,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // Examples: one that uses the engine as a library has only the product RegoEngine's targets.
        .executableTarget(
            name: "rego-library", dependencies: ["RegoRuntime", "RegoSyntax", "RegoValues"],
            path: "examples/rego-library", exclude: ["expected.txt"]),

        // Tests
        .target(name: "RepeatableRandomness", swiftSettings: strict),
        .target(
            name: "AegisTesting",
            dependencies: [
                "Decisions", "Redaction", "Approvals", "StateStoreSQLite", "SignedTokens", "RegoValues", crypto,
            ],
            swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "RegoValues", "RegoSyntax", "RegoRuntime", "MerkleLog", "SignedTokens", "PolicyBundles",
                "PolicyDocuments", "CZlib",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FuzzTargetsTests", dependencies: ["RepeatableRandomness", "FuzzTargets"], swiftSettings: strict),
        .testTarget(
            name: "RegoValuesTests", dependencies: ["RegoValues", "RepeatableRandomness", bigInt], swiftSettings: strict
        ),
        .testTarget(
            name: "RegoSyntaxTests", dependencies: ["RepeatableRandomness", "RegoSyntax"], swiftSettings: strict),
        .testTarget(
            name: "RegoCompilerTests", dependencies: ["RegoCompiler", "RegoRuntime", "RegoSyntax", "RegoValues"],
            swiftSettings: strict),
        .testTarget(
            name: "RegoRuntimeTests",
            dependencies: ["RepeatableRandomness", "RegoRuntime", "RegoCompiler", "RegoSyntax", "RegoValues", crypto],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads"], swiftSettings: strict),
        .testTarget(name: "MerkleLogTests", dependencies: ["MerkleLog", crypto], swiftSettings: strict),
        .testTarget(
            name: "SignedTokensTests", dependencies: ["AegisTesting", "SignedTokens", "RegoValues"],
            swiftSettings: strict),
        .testTarget(
            name: "PolicyBundlesTests",
            dependencies: ["RepeatableRandomness", "AegisTesting", "PolicyBundles", "SignedTokens", "RegoValues"],
            swiftSettings: strict),
        .testTarget(
            name: "PolicyLifecycleTests", dependencies: ["PolicyLifecycle", "PolicyBundles", "SignedTokens"],
            swiftSettings: strict),
        .testTarget(
            name: "ObjectStoresTests",
            dependencies: [
                "AegisTesting", "ObjectStores", "PolicyBundles", "SignedTokens", "RegoValues", crypto, cryptoExtras,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "PolicyDeliveryTests",
            dependencies: [
                "AegisTesting", "PolicyDelivery", "ObjectStores", "PolicyBundles", "PolicyDocuments", "Decisions",
                "AccessControl", "StateStoreSQLite", "AuditTrail", "Approvals", "RegoSyntax", "SignedTokens",
                "RegoValues",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PolicyDocumentsTests",
            dependencies: [
                "PolicyDocuments", "RepeatableRandomness", "Redaction", "RegoRuntime", "RegoSyntax", "RegoValues",
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "PolicyTestingTests",
            dependencies: ["PolicyTesting", "PolicyDocuments", "Decisions", "RegoRuntime", "RegoSyntax", "RegoValues"],
            swiftSettings: strict),
        .testTarget(
            name: "PolicyImpactTests",
            dependencies: ["PolicyImpact", "PolicyDocuments", "AuditTrail", "RegoSyntax"], swiftSettings: strict),
        .testTarget(
            name: "RedactionTests", dependencies: ["RepeatableRandomness", "Redaction", "RegoValues", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "ApprovalsTests", dependencies: ["Approvals", "SignedTokens", "RegoValues"], swiftSettings: strict),
        .testTarget(
            name: "AuditTrailTests",
            dependencies: ["AuditTrail", "MerkleLog", "RegoValues", "RepeatableRandomness", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "EvidencePacksTests", dependencies: ["EvidencePacks", "PolicyBundles", "SignedTokens", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "DecisionsTests",
            dependencies: [
                "RepeatableRandomness",
                "AegisTesting", "Decisions", "Redaction", "Approvals", "AuditTrail", "MerkleLog", "PolicyBundles",
                "PolicyDocuments", "RegoRuntime", "RegoSyntax", "SignedTokens", "RegoValues", crypto,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AccessControlTests", dependencies: ["AccessControl", "Approvals", "Decisions"], swiftSettings: strict
        ),
        .testTarget(
            name: "StateStoreSQLiteTests",
            dependencies: [
                "RepeatableRandomness", "StateStoreSQLite", "AccessControl", "Decisions", "Approvals",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ApprovalChannelsTests",
            dependencies: [
                "AegisTesting", "ApprovalChannels", "Approvals", "StateStoreSQLite", "SignedTokens", "RegoValues",
                crypto, .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TelemetryExportTests",
            dependencies: [
                "TelemetryExport", "Decisions", "Approvals", "Redaction",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SIEMExportTests",
            dependencies: [
                "SIEMExport", "AuditTrail", "Approvals", "ExportTransport", "MerkleLog", "RegoValues",
                "RepeatableRandomness",
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EnvoyAuthorizationTests",
            dependencies: [
                "EnvoyAuthorization", "Decisions", "Approvals", "RegoValues",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: [
                "AegisTesting", "ControlPlane", "DecisionAPI", "HTTPEndpoints", "Decisions", "ObjectStores",
                "PolicyBundles",
                "PolicyLifecycle", "StateStoreSQLite",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DecisionAPITests",
            dependencies: [
                "DecisionAPI", "HTTPEndpoints", "Threads", "Decisions", "Redaction", "Approvals", "RegoValues",
                "SignedTokens", crypto,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
