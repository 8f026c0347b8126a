/// A mail address (RFC 2821, section 4.1.2), as certificates name people.
struct Mailbox {
    let local: [UInt8]
    let domain: String

    /// nil for anything else; the domain's form is taken loosely.
    init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        let isQuoted = bytes.first == UInt8(ascii: "\"")
        guard let local = isQuoted ? Self.quoted(&bytes) : Self.atoms(&bytes), bytes.popFirst() == UInt8(ascii: "@")
        else { return nil }
        let domain = String(decoding: bytes, as: UTF8.self)
        guard DomainName.labels(domain) != nil else { return nil }
        self.local = local
        self.domain = domain
    }

    private static func quoted(_ bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        bytes = bytes.dropFirst()
        var local: [UInt8] = []
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return local
            case UInt8(ascii: "\\"):
                guard let next = bytes.popFirst(), 1...127 ~= next, next != 10, next != 13 else { return nil }
                local.append(next)
            case 1...8, 11, 12, 14...33, 35...91, 93...127: local.append(byte)
            default: return nil
            }
        }
        return nil
    }

    /// Atoms with single dots between; a backslash takes the next byte as it is.
    private static func atoms(_ bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        var local: [UInt8] = []
        scan: while let byte = bytes.first {
            switch byte {
            case UInt8(ascii: "\\"):
                bytes = bytes.dropFirst()
                guard let next = bytes.popFirst() else { return nil }
                local.append(next)
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a:
                local.append(byte)
                bytes = bytes.dropFirst()
            default:
                guard "!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte) else { break scan }
                local.append(byte)
                bytes = bytes.dropFirst()
            }
        }
        let dot = UInt8(ascii: ".")
        guard let first = local.first, first != dot, local.last != dot,
            !zip(local, local.dropFirst()).contains(where: { $0 == dot && $1 == dot })
        else { return nil }
        return local
    }
}
