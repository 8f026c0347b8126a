import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Calls the HTTP API of a running `aegis serve` or `aegis control` for the commands of a person.
struct APIClient {
    /// Where its address comes from, and what should be running there: for whoever has to mend it.
    enum Server {
        case gateway, controlPlane

        var command: String { self == .gateway ? "aegis serve" : "aegis control" }
        var settings: String { self == .gateway ? "--url or AEGIS_URL" : "--history or AEGIS_HISTORY" }
    }

    let base: URL
    let apiKey: String
    let server: Server

    struct Answer {
        let status: Int
        let body: Data

        /// The body as a JSON object; empty when it is something else.
        var object: [String: Any] {
            (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:]
        }

        /// What a problem document (RFC 9457) or a decision says, in one line.
        var explanation: String {
            let reason = object["decision_reason"] as? [String: Any]
            return (object["detail"] ?? reason?["message"] ?? object["title"]) as? String ?? "status \(status)"
        }
    }

    /// - Throws: ``CommandFailure`` when there is no key, the address is none, or nobody answers there.
    init(url: String, apiKey: String?, server: Server = .gateway) throws {
        guard let base = URL(string: url), base.scheme == "http" || base.scheme == "https", base.host != nil else {
            throw CommandFailure(
                "`\(url)` is no http address", fix: "set \(server.settings) to one such as http://127.0.0.1:8181",
                exitCode: 2)
        }
        guard let apiKey, !apiKey.isEmpty else {
            throw CommandFailure(
                "no API key",
                fix: "export AEGIS_API_KEY=…  (a person's key: aegis keys issue NAME --person --role ROLE)",
                exitCode: 2)
        }
        self.base = base
        self.apiKey = apiKey
        self.server = server
    }

    func get(_ path: String) async throws -> Answer { try await send("GET", path, body: nil) }

    func post(_ path: String, json: Data) async throws -> Answer { try await send("POST", path, body: json) }

    func put(_ path: String, bytes: Data) async throws -> Answer { try await send("PUT", path, body: bytes) }

    /// The address without the password that may stand in it.
    private var shown: String {
        var parts = URLComponents(url: base, resolvingAgainstBaseURL: true)
        parts?.user = nil
        parts?.password = nil
        return parts?.string ?? "that address"
    }

    private func send(_ method: String, _ path: String, body: Data?) async throws -> Answer {
        guard let url = URL(string: path, relativeTo: base) else {
            throw CommandFailure("`\(path)` is no path of the API")
        }
        var request = URLRequest(url: url, timeoutInterval: 30)
        request.httpMethod = method
        request.httpBody = body
        request.setValue(apiKey, forHTTPHeaderField: "x-aegis-api-key")
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "content-type") }
        do {
            let (data, response) = try await URLSession.shared.data(for: request)
            return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, body: data)
        } catch {
            throw CommandFailure(
                "nobody answers at \(shown): \(error.localizedDescription)",
                fix: "is `\(server.command)` running there? Set \(server.settings) to its address")
        }
    }
}
