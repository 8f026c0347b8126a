import Approvals
import AuditTrail
import RegoSyntax
import RegoValues

/// How long records are kept, as operators write it: `{"default": "soc2", "classes": {"short": "90d"}, "tenants": {"acme": "hipaa"}}`.
///
/// Records that go by these rules never come back, so nothing that stands in the file is passed over.
enum RetentionRulesFile {
    /// - Throws: ``CommandFailure`` that names the file, the member and what could stand there.
    static func read(_ path: String) throws -> RetentionRules {
        let bytes = try InputFile.read(path, exitCode: 2)
        let document: Document
        do throws(JSONError) { document = try Document(json: bytes) } catch {
            throw CommandFailure(
                VisibleText.of("\(path):\(error)"), fix: "write the rules as \(RetentionRulesReader.example)",
                exitCode: 2)
        }
        return try withExtendedLifetime(document) { try RetentionRulesReader(path: path).rules(document.root) }
    }
}

/// Reads the rules of one file, member by member.
struct RetentionRulesReader {
    let path: String

    static let example = #"{"default": "soc2", "tenants": {"acme": "hipaa"}}"#
    private static let members = ["default", "classes", "kinds", "policies", "tenants"]

    func rules(_ root: Value) throws(CommandFailure) -> RetentionRules {
        guard root.kind == .object else { throw wrongType("the whole", root, "an object such as \(Self.example)") }
        for entry in root.entries {
            let name = entry.key.string ?? ""
            guard Self.members.contains(name) else {
                throw failure(
                    "unknown member `\(name)`; known are \(Self.members.joined(separator: ", "))",
                    NearMiss.fix(name, among: Self.members) ?? "remove it, or write what is meant")
            }
        }
        let classes = try classes(root)
        let known = RetentionRules.presets.merging(classes) { $1 }.keys.sorted()
        let standard = root.lookup("default")
        guard !standard.isUndefined else {
            throw failure("`default` is missing", #"say what holds for all else, such as "default": "forever""#)
        }
        let kinds = try assignments(root, "kinds", known)
        let kindNames = AuditRecordKind.allCases.map(\.rawValue)
        for kind in kinds.keys.sorted() where !kindNames.contains(kind) {
            let near = NearMiss.fix(kind, among: kindNames).map { "\($0) " } ?? ""
            throw failure(
                "`kinds.\(kind)`: there is no such kind of record",
                "\(near)there are \(kindNames.joined(separator: ", "))")
        }
        let (policies, tenants) = (try assignments(root, "policies", known), try assignments(root, "tenants", known))
        for tenant in tenants.keys.sorted() where !AuditRecordDraft.canName(tenant: tenant) {
            throw failure("`tenants.\(tenant)`: no tenant can have this name", "correct it, or remove it")
        }
        let byDefault = try className(standard, "default", known)
        do throws(AuditError) {
            return try RetentionRules(
                standard: byDefault, classes: classes, kinds: kinds, policies: policies, tenants: tenants)
        } catch {
            throw failure(error.message, error.fix ?? "write the rules as \(Self.example)")
        }
    }

    /// Seconds by class; 0 is for ever.
    private func classes(_ root: Value) throws(CommandFailure) -> [String: Int64] {
        var classes: [String: Int64] = [:]
        for (name, value) in try members(root, "classes") {
            let member = "classes.\(name)"
            guard let span = value.string else {
                throw wrongType("`\(member)`", value, #"a time such as "90d", or "forever""#)
            }
            guard let seconds = span == "forever" ? 0 : TimeSpan.seconds(span) else {
                throw failure("`\(member)`: `\(span)` is no time", "write it as 90d, 7y or forever")
            }
            classes[name] = seconds
        }
        return classes
    }

    /// The class of each name.
    private func assignments(
        _ root: Value, _ name: StaticString, _ known: [String]
    ) throws(CommandFailure) -> [String: String] {
        var classes: [String: String] = [:]
        for (key, value) in try members(root, name) { classes[key] = try className(value, "\(name).\(key)", known) }
        return classes
    }

    private func className(_ value: Value, _ member: String, _ known: [String]) throws(CommandFailure) -> String {
        guard let name = value.string else { throw wrongType("`\(member)`", value, "the name of a class") }
        guard known.contains(name) else {
            let near = NearMiss.fix(name, among: known).map { "\($0) " } ?? ""
            throw failure(
                "`\(member)`: `\(name)` is no retention class", "\(near)there are \(known.joined(separator: ", "))")
        }
        return name
    }

    /// The members of an object; none where there is no such object.
    private func members(_ root: Value, _ name: StaticString) throws(CommandFailure) -> [(name: String, value: Value)] {
        let value = root.lookup(name)
        if value.isUndefined { return [] }
        guard value.kind == .object else { throw wrongType("`\(name)`", value, "an object of names and classes") }
        return value.entries.map { (name: $0.key.string ?? "", value: $0.value) }
    }

    private func wrongType(_ what: String, _ value: Value, _ wanted: String) -> CommandFailure {
        let found =
            switch value.kind {
            case .undefined, .null: "null"
            case .boolean: "true or false"
            case .number: "a number"
            case .string: "a text"
            case .array, .set: "a list"
            case .object: "an object"
            }
        return failure("\(what) is \(found)", "write \(wanted)")
    }

    // What a file holds must not drive the terminal.
    private func failure(_ message: String, _ fix: String) -> CommandFailure {
        CommandFailure(VisibleText.of("\(path): \(message)"), fix: VisibleText.of(fix), exitCode: 2)
    }
}
