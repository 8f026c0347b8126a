/// The names of a journal's files.
///
///     00000001.jsonl …   segments, in the order of their numbers
///     head-TENANT.note   the newest checkpoint of that tenant's log, at most a second old
///     cosigned-TENANT.note   the newest that a witness has cosigned
///     log.vkey           the public keys, one a line, newest last
///     log.key            the private key
///     lock               held by the process that writes
enum JournalFiles {
    static let publicKeys = "log.vkey"
    static let privateKey = "log.key"
    /// The key of a rotation that is under way.
    static let nextPrivateKey = "log.key.next"

    static func segment(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".jsonl"
    }

    /// The number of a segment's file, nil for other names.
    static func segmentNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(".jsonl"), let number = UInt64(name.dropLast(6)), number > 0, segment(number) == name
        else { return nil }
        return number
    }

    static func head(of log: String, gateway: String) -> String {
        "head-\(log.dropFirst(gateway.count + 1)).note"
    }

    static func isHead(_ name: String) -> Bool { name.hasPrefix("head-") && name.hasSuffix(".note") }

    /// The name before its ending of what a witness said last of the log.
    static func cosigned(_ log: String) -> String {
        "cosigned-\(LogName.tenant(of: log))"
    }

    static func isCosigned(_ name: String) -> Bool { name.hasPrefix("cosigned-") && name.hasSuffix(".note") }
}
