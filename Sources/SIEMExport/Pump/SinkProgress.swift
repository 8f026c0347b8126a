import AuditTrail
import Foundation

/// How far a gateway's sinks have come, by the places that they keep in its data directory.
public struct SinkProgress: Sendable, Hashable {
    public let name: String
    /// The segment of the trail that it reads; it has everything before that.
    public let segment: UInt64

    /// All sinks that ever ran here, by name, but those that are left out.
    /// - Throws: ``SIEMError`` `.cursor` for a place that cannot be read: what that sink has is then not known.
    public static func read(directory: String, leavingOut released: Set<String> = []) throws(SIEMError)
        -> [SinkProgress]
    {
        var sinks: [SinkProgress] = []
        for name in try names(directory: directory) where !released.contains(name) {
            guard let place = try CursorFile(path: "\(directory)/\(name).cursor").read() else { continue }
            sinks.append(SinkProgress(name: name, segment: place.batch.segment))
        }
        return sinks
    }

    /// - Throws: ``SIEMError`` `.cursor`.
    public static func names(directory: String) throws(SIEMError) -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".cursor") }
                .map { String($0.dropLast(".cursor".count)) }.sorted()
        } catch {
            throw SIEMError(.cursor, "`\(directory)` cannot be read", fix: "check your rights to the folder")
        }
    }
}
