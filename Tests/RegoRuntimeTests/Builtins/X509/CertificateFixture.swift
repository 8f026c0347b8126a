import Foundation

/// PEM files that `scripts/make-certificate-fixtures` made; the certificates are valid from 2025 to 2045.
enum CertificateFixture {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Fixtures/Certificates").standardizedFileURL

    /// 2030-01-01T00:00:00Z in nanoseconds.
    static let now: Int64 = 1_893_456_000_000_000_000

    static func pem(_ names: String...) throws -> String {
        try names.map { try String(contentsOf: folder.appendingPathComponent("\($0).pem"), encoding: .utf8) }.joined()
    }

    static func der(_ name: String) throws -> Data {
        let lines = try pem(name).split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return Data(base64Encoded: lines.joined()) ?? Data()
    }

    /// The arguments of a call: strings, and then JSON as it is written.
    static func arguments(_ texts: [String], _ json: String...) throws -> String {
        let strings = try texts.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        return "[\((strings + json).joined(separator: ", "))]"
    }
}
