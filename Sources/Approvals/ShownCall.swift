internal import Crypto
import RegoValues

/// What an approver is shown of a call, in one document whose digest goes into the records of the approval: the same
/// text for everybody, whatever channel draws it.
public struct ShownCall: Sendable, Hashable, Codable {
    /// RFC 8785 JSON: `agent`, `acting_for`, `call_chain`, `tool`, `request`, `parameters` and `context` (redacted), `reason`,
    /// `policy`, `rule`, `policy_version`.
    public let json: String
    /// `sha256:` and 64 lowercase hexadecimal digits, over `json`.
    public let digest: String

    init(_ draft: ApprovalDraft) {
        var text = JSONText()
        text.object { json in
            json.field("acting_for", draft.actingFor)
            json.field("agent", draft.call.agent)
            json.field("call_chain", draft.chain)
            json.key("context")
            json.raw(draft.shownContext.utf8)
            json.key("parameters")
            json.raw(draft.shownParameters.utf8)
            json.field("policy", draft.terms.policy)
            json.field("policy_version", draft.call.policyVersion)
            json.field("reason", draft.terms.message)
            json.key("request")
            json.raw(draft.shownRequest.utf8)
            json.field("rule", draft.terms.rule)
            json.field("tool", draft.call.tool)
        }
        let bytes = ShownCall.canonical(text.bytes)
        json = String(decoding: bytes, as: UTF8.self)
        digest = "sha256:" + Self.hexadecimal(SHA256.hash(data: bytes))
    }

    /// Whether the digest is that of the text.
    public var isWhole: Bool { digest == "sha256:" + Self.hexadecimal(SHA256.hash(data: Array(json.utf8))) }

    /// Admitted parameters always have a canonical form; what should not have one stands as it was written.
    private static func canonical(_ json: [UInt8]) -> [UInt8] {
        guard let document = try? Document(json: json) else { return json }
        return withExtendedLifetime(document) {
            var bytes: [UInt8] = []
            do { try JSONWriter.canonical(document.root, to: &bytes) } catch { return json }
            return bytes
        }
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
