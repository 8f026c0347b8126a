import Foundation
import Testing

@testable import ObjectStores

/// The kinds of store, each with a fresh one to try: all have to pass the same tests.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case file, s3, gcs

    var testDescription: String { rawValue }

    static let keys = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"]

    /// - Parameter body: gets the store, and the server behind it where there is one.
    func run(
        bucket: String = "bundles", _ body: @Sendable @escaping (any ObjectStore, BucketServer?) async throws -> Void
    ) async throws {
        guard self != .file else {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("objects-\(UUID().uuidString)")
                .path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            return try await body(try StoreAddress("file://\(folder)").open(environment: [:]), nil)
        }
        try await BucketServer.run { server in
            let scheme = self == .s3 ? "s3" : "gs"
            let store = try StoreAddress("\(scheme)://\(bucket)/pre%20fix?endpoint=\(server.endpoint)")
                .open(environment: Self.keys)
            try await body(store, server)
        }
    }
}
