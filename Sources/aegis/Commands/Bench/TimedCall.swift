import Foundation

/// One call of a benchmark, and what it has to be answered.
struct TimedCall {
    let name: String
    let keyID: String
    let expected: String
    let body: [UInt8]

    static func read(_ path: String) throws -> [TimedCall] {
        let wrong = CommandFailure(
            "`\(path)` is no list of calls", fix: #"write it as {"calls": [{"name", "key_id", "expect", "body"}]}"#,
            exitCode: 2)
        let data = Data(try InputFile.read(path, as: "list of calls", exitCode: 2))
        guard let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let entries = root["calls"] as? [[String: Any]], !entries.isEmpty
        else { throw wrong }
        return try entries.map { entry in
            guard let name = entry["name"] as? String, let keyID = entry["key_id"] as? String,
                let expected = entry["expect"] as? String, let body = entry["body"] as? [String: Any]
            else { throw wrong }
            return TimedCall(
                name: name, keyID: keyID, expected: expected,
                body: Array(try JSONSerialization.data(withJSONObject: body)))
        }
    }
}
