internal import RegoValues

/// The pieces of RFC 8785 text that records are made of.
enum JSONText {
    /// Decimal digits. RFC 8785 holds integers up to 2^53 - 1; what is larger is pinned there.
    static func integer(_ value: Int64, to bytes: inout [UInt8]) {
        let limit: Int64 = 1 << 53 - 1
        let value = min(max(value, -limit), limit)
        bytes.append(decimal: value)
    }

    static func reason(_ reason: AuditReason, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        if !reason.also.isEmpty {
            bytes.append(member: "also", isFirst: true)
            bytes.append(UInt8(ascii: "["))
            for (place, other) in reason.also.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.reason(other, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(member: "code", isFirst: reason.also.isEmpty)
        bytes.append(quoted: reason.code)
        bytes.append(member: "message", isFirst: false)
        bytes.append(quoted: reason.message)
        if let policy = reason.policy {
            bytes.append(member: "policy", isFirst: false)
            bytes.append(quoted: policy)
        }
        if let rule = reason.rule {
            bytes.append(member: "rule", isFirst: false)
            bytes.append(quoted: rule)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
