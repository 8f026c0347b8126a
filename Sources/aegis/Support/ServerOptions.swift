import ArgumentParser
import Foundation

/// How a command finds the server and who it speaks for.
struct ServerOptions: ParsableArguments {
    @Option(help: "Where `aegis serve` listens (environment: AEGIS_URL; default: http://127.0.0.1:8181).")
    var url: String?

    @Flag(help: "Print JSON.")
    var json = false

    /// The key comes from the environment alone: an argument would show in the list of processes.
    func client() throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        return try APIClient(
            url: url ?? environment.given("AEGIS_URL") ?? "http://127.0.0.1:8181", apiKey: environment["AEGIS_API_KEY"])
    }
}
