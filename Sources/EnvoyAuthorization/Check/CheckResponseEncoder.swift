import NIOCore
import SwiftProtobuf

/// Writes verdicts as `CheckResponse` messages, so that no fault can turn into permission.
///
/// To Envoy a message of zero bytes is permission, and so is any message whose `status.code` is 0, whatever else it says.
/// So the bytes are looked at again before they leave: only an allow may carry code 0.
enum CheckResponseEncoder {
    /// `CheckResponse {status {code: 7}}`, written out: it depends on no encoder. Envoy answers it with an empty 403.
    static let barestDenial = ByteBuffer(bytes: [0x0A, 0x02, 0x08, 0x07])

    static func encode(_ verdict: CheckVerdict) -> ByteBuffer {
        encode(verdict) { (response) throws in try response.serializedBytes() }
    }

    /// - Parameter serialize: what makes bytes of the message; a parameter so that tests can break it.
    static func encode(
        _ verdict: CheckVerdict, serialize: (EnvoyCheckResponse) throws -> [UInt8]
    ) -> ByteBuffer {
        guard let bytes = try? serialize(response(for: verdict)), speaks(bytes, for: verdict) else {
            return barestDenial
        }
        return ByteBuffer(bytes: bytes)
    }

    static func response(for verdict: CheckVerdict) -> EnvoyCheckResponse {
        var response = EnvoyCheckResponse()
        switch verdict {
        case .allow(let headers, let removed, let answered, let metadata):
            response.status = .with { $0.code = 0 }
            response.okResponse.headers = headers.map(option)
            response.okResponse.headersToRemove = removed
            response.okResponse.responseHeadersToAdd = answered.map { header in
                // Of a response's headers Envoy keeps what was there unless it is told otherwise.
                var replacing = option(header)
                replacing.append = Google_Protobuf_BoolValue(false)
                return replacing
            }
            response.dynamicMetadata = structure(metadata)
        case .deny(let status, let headers, let body, let metadata):
            response.status = .with { $0.code = Int32(RPCStatus.Code.permissionDenied.rawValue) }
            // A "denial" with a success status would tell the agent that its call went through.
            response.deniedResponse.status.code = Int32((400...599).contains(status) ? status : 403)
            response.deniedResponse.headers = headers.map(option)
            response.deniedResponse.body = body
            response.dynamicMetadata = structure(metadata)
        }
        return response
    }

    /// Whether the encoded message means what the verdict says, as Envoy reads it.
    private static func speaks(_ bytes: [UInt8], for verdict: CheckVerdict) -> Bool {
        switch verdict {
        case .allow:
            !bytes.isEmpty
        case .deny:
            // Field 1 is written first: a `Status` whose first field is code 7.
            bytes.count >= 4 && bytes[0] == 0x0A && bytes[1] >= 2 && bytes[2] == 0x08 && bytes[3] == 0x07
        }
    }

    /// `append` is left unset: Envoy then replaces what was there.
    private static func option(_ header: CheckVerdict.Header) -> EnvoyHeaderValueOption {
        .with {
            $0.header.key = header.name
            $0.header.value = headerSafe(header.value)
        }
    }

    /// Header values are visible ASCII: one that is not must not make Envoy reject the whole answer.
    private static func headerSafe(_ value: String) -> String {
        guard !value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return value }
        return String(decoding: value.utf8.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static func structure(_ fields: [CheckVerdict.Field]) -> Google_Protobuf_Struct {
        .with { structure in
            for field in fields {
                structure.fields[field.name] = .with { $0.stringValue = field.value }
            }
        }
    }
}
