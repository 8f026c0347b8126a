import Foundation
import RegoSyntax

/// Diagnostics as SARIF 2.1.0 (OASIS), which code hosts show beside the lines that they are about.
enum SARIFLog {
    /// - Parameter folder: the root of the diagnostics' paths, as the command was given it.
    static func object(_ diagnostics: [Diagnostic], folder: String) -> [String: Any] {
        let codes = Set(diagnostics.map(\.code)).sorted()
        let root = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        return [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
            "runs": [
                [
                    "tool": [
                        "driver": [
                            "name": "aegis policy lint", "version": Version.text,
                            "rules": codes.map { ["id": $0] },
                        ] as [String: Any]
                    ],
                    "columnKind": "unicodeCodePoints",
                    "results": diagnostics.map {
                        result($0, ruleIndex: codes.firstIndex(of: $0.code) ?? 0, root: root)
                    },
                ] as [String: Any]
            ],
        ]
    }

    private static func result(_ diagnostic: Diagnostic, ruleIndex: Int, root: String) -> [String: Any] {
        let path = root.isEmpty || root == "." ? diagnostic.location.file : "\(root)/\(diagnostic.location.file)"
        let allowed = CharacterSet.urlPathAllowed
        return [
            "ruleId": diagnostic.code, "ruleIndex": ruleIndex,
            "level": diagnostic.severity == .error ? "error" : "warning",
            "message": ["text": diagnostic.message + (diagnostic.fix.map { "\nfix: \($0)" } ?? "")],
            "locations": [
                [
                    "physicalLocation": [
                        "artifactLocation": ["uri": path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path],
                        "region": [
                            "startLine": max(1, diagnostic.location.line),
                            "startColumn": max(1, diagnostic.location.column),
                        ],
                    ] as [String: Any]
                ]
            ],
        ]
    }
}
