/// A profile of `~/.aws/credentials` and `~/.aws/config`.
struct S3Profile {
    let environment: [String: String]

    private var name: String { environment["AWS_PROFILE"].flatMap { $0.isEmpty ? nil : $0 } ?? "default" }

    /// - Returns: nil where no profile was asked for and there is no default one.
    func credentials() throws(ObjectStoreError) -> S3Credentials? {
        let settings = settings
        guard let keyID = settings["aws_access_key_id"], let secret = settings["aws_secret_access_key"] else {
            guard environment["AWS_PROFILE"]?.isEmpty == false else { return nil }
            throw ObjectStoreError(
                .credentialsMissing, "the profile `\(name)` holds no access key", location: credentialsPath,
                fix: "write aws_access_key_id and aws_secret_access_key under [\(name)]")
        }
        return S3Credentials(keyID: keyID, secret: secret, sessionToken: settings["aws_session_token"])
    }

    var region: String? { settings["region"] }

    /// The credentials file wins over the configuration.
    private var settings: [String: String] {
        let sectionOfConfiguration = name == "default" ? name : "profile \(name)"
        return Self.section(sectionOfConfiguration, ofFileAt: configurationPath)
            .merging(Self.section(name, ofFileAt: credentialsPath)) { $1 }
    }

    private var credentialsPath: String { path("AWS_SHARED_CREDENTIALS_FILE", "credentials") }
    private var configurationPath: String { path("AWS_CONFIG_FILE", "config") }

    private func path(_ variable: String, _ file: String) -> String {
        environment[variable].flatMap { $0.isEmpty ? nil : $0 } ?? (environment["HOME"] ?? "") + "/.aws/" + file
    }

    /// `name = value` lines of one `[section]`; indented lines belong to nested settings and are left out.
    static func section(_ wanted: String, ofFileAt path: String) -> [String: String] {
        guard let bytes = try? LocalFile.read(path, limit: 1 << 20) else { return [:] }
        return section(wanted, in: String(decoding: bytes, as: UTF8.self))
    }

    static func section(_ wanted: String, in text: String) -> [String: String] {
        var settings: [String: String] = [:]
        var isWanted = false
        for line in text.split(whereSeparator: \.isNewline) {
            guard let first = line.first, !"#; \t".contains(first) else { continue }
            let plain = line.trimmed
            if plain.hasPrefix("["), plain.hasSuffix("]") {
                isWanted = plain.dropFirst().dropLast().trimmed == wanted
            } else if isWanted, let equals = plain.firstIndex(of: "=") {
                let name = plain[..<equals].trimmed.lowercased()
                let value = plain[plain.index(after: equals)...].trimmed
                if !value.isEmpty { settings[name] = value }
            }
        }
        return settings
    }
}

extension StringProtocol {
    /// Without spaces and tabs at either end.
    fileprivate var trimmed: String {
        var text = Substring(self)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
