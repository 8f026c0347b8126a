import RegoValues

/// The members of one object, written in the order of the calls; nil and empty values leave no trace.
struct MemberWriter {
    var bytes: [UInt8]
    var needsComma = false

    init() {
        bytes = [UInt8(ascii: "{")]
        bytes.reserveCapacity(1024)
    }

    private mutating func name(_ name: StaticString) {
        bytes.append(member: name, isFirst: !needsComma)
        needsComma = true
    }

    /// Closes the member before a splice that brings no comma of its own.
    mutating func endMember() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    mutating func string(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        name(key)
        bytes.append(quoted: value)
    }

    mutating func strings(_ key: StaticString, _ values: [String]) {
        guard !values.isEmpty else { return }
        name(key)
        for (place, value) in values.enumerated() {
            bytes.append(UInt8(ascii: place == 0 ? "[" : ","))
            bytes.append(quoted: value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func integer(_ key: StaticString, _ value: Int64?) {
        guard let value else { return }
        name(key)
        JSONText.integer(value, to: &bytes)
    }

    mutating func time(_ key: StaticString, _ nanoseconds: Int64?) {
        guard let nanoseconds else { return }
        name(key)
        bytes.append(UInt8(ascii: "\""))
        Timestamp.write(nanoseconds, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func json(_ key: StaticString, _ value: CanonicalJSON?) {
        guard let value else { return }
        name(key)
        bytes.append(contentsOf: value.bytes)
    }

    mutating func boolean(_ key: StaticString, _ value: Bool) {
        name(key)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func list<Element>(
        _ key: StaticString, _ elements: [Element], _ write: (Element, inout [UInt8]) -> Void
    ) {
        name(key)
        bytes.append(UInt8(ascii: "["))
        for (place, element) in elements.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            write(element, &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// The object, closed.
    consuming func finished() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    mutating func reason(_ key: StaticString, _ reason: AuditReason?) {
        guard let reason else { return }
        name(key)
        JSONText.reason(reason, to: &bytes)
    }
}
