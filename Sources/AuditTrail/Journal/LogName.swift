/// Names of logs: `GATEWAY/TENANT`.
public enum LogName {
    /// The tenant of a log; the whole name where it has no parts.
    public static func tenant(of log: String) -> String {
        log.split(separator: "/").last.map(String.init) ?? log
    }

    /// The log of `tenant`, for whoever has the right to write it.
    /// - Throws: ``AuditError`` `.invalidName`.
    static func name(gateway: String, tenant: String) throws(AuditError) -> String {
        guard isTenant(tenant) else {
            throw AuditError(
                .invalidName, "`\(tenant)` cannot name a log",
                fix: "tenants are 1 to 128 of the characters A-Z a-z 0-9 . _ - ~ @ :")
        }
        return gateway + "/" + tenant
    }

    /// As a tenant, but in parts between slashes.
    static func isGateway(_ name: String) -> Bool {
        name.utf8.count <= 128
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isTenant(String($0)) }
    }

    static func isTenant(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "~"), UInt8(ascii: "@"), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }

    static func isValid(_ log: String, gateway: String) -> Bool {
        log.utf8.starts(with: gateway.utf8) && log.utf8.dropFirst(gateway.utf8.count).first == UInt8(ascii: "/")
            && isTenant(String(decoding: Array(log.utf8.dropFirst(gateway.utf8.count + 1)), as: UTF8.self))
    }
}
