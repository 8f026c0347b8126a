import AuditTrail
import Foundation
import MerkleLog
import ObjectStores

/// Where a witness answers (C2SP tlog-witness).
struct WitnessAddress {
    let url: URL
    /// The longest answer that is taken: a checkpoint with its signatures, or a complaint.
    private static let longestAnswer = 64 << 10

    /// A witness's public key from a file with its vkey.
    static func key(_ file: String) throws -> CosignatureVerifier {
        do {
            let text = String(decoding: try TrailInput.read(file), as: UTF8.self)
            return try CosignatureVerifier(text: text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch let error as AuditError {
            throw CommandFailure(error.message, exitCode: 2)
        } catch {
            throw CommandFailure("\(file): \(error)", fix: "give the witness.vkey of the witness", exitCode: 2)
        }
    }

    struct Unreachable: Error, CustomStringConvertible {
        let description: String
    }

    /// - Returns: the status, and the answer's text.
    func submit(_ body: String) async throws -> (status: Int, text: String) {
        var exchange = exchange(.post, url.appendingPathComponent("add-checkpoint"))
        exchange.headers = [("content-type", "text/plain")]
        exchange.body = Array(body.utf8)
        let answer = try await run(exchange)
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    /// The newest checkpoint of a log that the witness has; nil for none.
    func checkpoint(of log: String) async throws -> [UInt8]? {
        let place = url.appendingPathComponent(Witness.originHash(log)).appendingPathComponent("checkpoint")
        let answer = try await run(exchange(.get, place))
        switch answer.status {
        case 200: return answer.body
        case 404: return nil
        case let status: throw CommandFailure("the witness answered \(status)")
        }
    }

    private func exchange(_ method: HTTPExchange.Method, _ url: URL) -> HTTPExchange {
        var exchange = HTTPExchange(method, url.absoluteString)
        exchange.limit = Self.longestAnswer
        exchange.deadline = .seconds(10)
        return exchange
    }

    private func run(_ exchange: HTTPExchange) async throws -> HTTPExchange.Answer {
        do { return try await exchange.run() } catch {
            throw Unreachable(description: "the witness at \(url) cannot be asked: \(error.message)")
        }
    }
}
