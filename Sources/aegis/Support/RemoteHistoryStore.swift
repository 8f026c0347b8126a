import Foundation
import PolicyBundles
import PolicyLifecycle
import RegoValues
import Synchronization

/// Policy histories behind a control plane. It holds what comes in to the same rules as a folder's readers do; whoever reads
/// from here verifies all of it again.
final class RemoteHistoryStore: HistoryStore {
    private let client: APIClient
    /// Events that came with those that were asked for. An event never changes.
    private let ahead = Mutex<[String: [UInt8]]>([:])
    private static let page = 200

    init(client: APIClient) { self.client = client }

    func create(_ path: String, _ bytes: [UInt8]) async throws(LifecycleError) -> Bool {
        let place = try Place(path)
        let answer: APIClient.Answer
        switch place {
        case .event(let tenant, _):
            answer = try await ask { try await client.post("/v1/tenants/\(tenant)/policy/events", json: Data(bytes)) }
            // 200 is an event that was there already, byte for byte; another one at this place is a conflict.
            if answer.status == 200 || answer.object["code"] as? String == LifecycleError.Code.eventOrder.rawValue {
                return false
            }
        case .object(let tenant, let digest):
            answer = try await ask {
                try await client.put("/v1/tenants/\(tenant)/policy/objects/\(digest)", bytes: Data(bytes))
            }
        }
        guard (200..<300).contains(answer.status) else { throw refusal(answer, at: path) }
        return true
    }

    func read(_ path: String) async throws(LifecycleError) -> [UInt8]? {
        switch try Place(path) {
        case .event(let tenant, let index):
            if let bytes = ahead.withLock({ $0[path] }) { return bytes }
            let answer = try await ask {
                try await client.get("/v1/tenants/\(tenant)/policy/events?limit=\(Self.page)&after=\(index - 1)")
            }
            guard answer.status == 200 else { throw refusal(answer, at: path) }
            let events = try Self.events(answer.body, at: location(of: path))
            ahead.withLock { ahead in
                for (offset, bytes) in events.enumerated() {
                    ahead["\(tenant)/events/\(Self.name(index + offset))"] = bytes
                }
            }
            return events.first
        case .object(let tenant, let digest):
            let answer = try await ask { try await client.get("/v1/tenants/\(tenant)/policy/objects/\(digest)") }
            if answer.status == 404, answer.object["code"] as? String == LifecycleError.Code.objectMissing.rawValue {
                return nil
            }
            guard answer.status == 200 else { throw refusal(answer, at: path) }
            return Array(answer.body)
        }
    }

    func names(in folder: String) async throws(LifecycleError) -> [String] {
        let parts = folder.split(separator: "/")
        guard parts.count == 2, parts[1] == "events" else { return [] }
        let answer = try await ask { try await client.get("/v1/tenants/\(parts[0])/policy/events?limit=1") }
        guard answer.status == 200, let count = answer.object["count"] as? Int else {
            throw refusal(answer, at: folder)
        }
        return (0..<count).map { Self.name($0 + 1) }
    }

    private static func name(_ index: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".json"
    }

    /// The events of an answer, each in its one canonical form, as its file has it.
    private static func events(_ body: Data, at place: String) throws(LifecycleError) -> [[UInt8]] {
        guard let document = try? Document(json: Array(body)) else {
            throw LifecycleError(.unavailable, "the control plane's answer is no JSON", location: place)
        }
        defer { withExtendedLifetime(document) {} }
        var events: [[UInt8]] = []
        for event in document.root.lookup("events").elements {
            var bytes: [UInt8] = []
            do { try JSONWriter.canonical(event, to: &bytes) } catch {
                throw LifecycleError(.eventInvalid, "the control plane's answer is no event: \(error)", location: place)
            }
            events.append(bytes + [0x0a])
        }
        return events
    }

    func location(of path: String) -> String { "\(client.base.absoluteString)/\(path)" }

    private func ask(
        _ question: () async throws -> APIClient.Answer
    ) async throws(LifecycleError) -> APIClient.Answer {
        do { return try await question() } catch {
            let failure = error as? CommandFailure
            throw LifecycleError(.unavailable, failure?.message ?? "\(error)", fix: failure?.fix)
        }
    }

    /// The control plane's own words; its codes are those of a folder's.
    private func refusal(_ answer: APIClient.Answer, at path: String) -> LifecycleError {
        let code = (answer.object["code"] as? String).flatMap(LifecycleError.Code.init(rawValue:)) ?? .unavailable
        return LifecycleError(code, answer.explanation, location: location(of: path))
    }

    /// What a path of a history stands for.
    private enum Place {
        case event(tenant: String, index: Int)
        case object(tenant: String, digest: String)

        init(_ path: String) throws(LifecycleError) {
            let parts = path.split(separator: "/").map(String.init)
            if parts.count == 3, parts[1] == "events", parts[2].hasSuffix(".json"),
                let index = Int(parts[2].dropLast(5)), index > 0
            {
                self = .event(tenant: parts[0], index: index)
            } else if parts.count == 3, parts[1] == "objects" {
                self = .object(tenant: parts[0], digest: parts[2].replacing("-", with: ":"))
            } else {
                throw LifecycleError(.unavailable, "`\(path)` is no place of a history")
            }
        }
    }
}
