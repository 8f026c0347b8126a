import Foundation

/// Whether what is sent to an address leaves this machine. Where it does not, compressing it costs more than it saves.
public enum ReceiverPlace {
    /// - Parameter url: of a receiver; what is no address is somewhere else.
    public static func isHere(_ url: String) -> Bool {
        guard let host = URLComponents(string: url)?.host?.lowercased() else { return false }
        if host == "localhost" || host == "[::1]" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
