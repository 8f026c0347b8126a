import Approvals
import Foundation
import HTTPEndpoints
import Hummingbird
import HummingbirdTesting
import Logging
import Testing
import Threads

/// Where requests are answered, by what their endpoint says of itself.
@Suite struct EndpointThreadsTests {
    private struct Whereabouts: EndpointSet {
        private static func operation(_ path: String) -> HTTPEndpoints.Operation {
            .init(
                .get, path, id: String(path.dropFirst()), tag: "health", access: .anybody, summary: "A thread's name.",
                answers: [.ok("The name.", .object([], open: true))])
        }

        var endpoints: [Endpoint] {
            [
                Endpoint(Self.operation("/quick"), mayBlock: false) { _, _ in Self.name },
                Endpoint(Self.operation("/slow")) { _, _ in Self.name },
            ]
        }

        private static var name: Response { .json { $0.object { $0.field("thread", Thread.current.name ?? "") } } }
    }

    @Test(arguments: [("/quick", true), ("/slow", false)])
    func `what may block keeps off the threads that decide`(path: String, isDecided: Bool) async throws {
        let server = HTTPServer(
            configuration: .init(port: 0), endpoints: [Whereabouts()], version: "test", logger: Logger(label: "test"))
        try await withTaskExecutorPreference(TaskThreads(1, named: "aegis-decide")) {
            try await server.application.test(.router) { client in
                for _ in 0..<20 {
                    try await client.execute(uri: path, method: .get) { response in
                        #expect(response.status == .ok)
                        #expect(
                            String(buffer: response.body).contains("aegis-decide") == isDecided,
                            "\(String(buffer: response.body))")
                    }
                }
            }
        }
    }
}
