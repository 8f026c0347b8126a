import Foundation
import RegoRuntime
import Testing

/// OPA's compliance cases are not part of the project; they run where their folder is found.
struct ConformanceFloorTests {
    static let folder: URL? = {
        if let path = ProcessInfo.processInfo.environment["AEGIS_REGO_CONFORMANCE"] {
            return URL(fileURLWithPath: path)
        }
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared/rego-conformance/dev").standardizedFileURL
        return FileManager.default.fileExists(atPath: beside.path) ? beside : nil
    }()

    @Test(.enabled(if: folder != nil, "left out: AEGIS_REGO_CONFORMANCE names no folder of cases"))
    func `no fewer compliance cases pass than before`() throws {
        let folder = try #require(Self.folder)
        let report = try ConformanceSuite(directory: folder).run()
        #expect(report.passed >= 1552, "\(report.misses.prefix(20).map(\.id))")
    }
}
