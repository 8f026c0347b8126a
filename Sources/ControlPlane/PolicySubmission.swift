import AccessControl
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import PolicyBundles
import struct PolicyDocuments.PolicyTree
import PolicyImpact
import PolicyLifecycle
import RegoSyntax

/// The policies that a request is about: those in its body, or a version or proposal of the tenant's history.
struct PolicySubmission: Sendable {
    private enum Source: Sendable {
        case files([SourceFile])
        case named(String)
    }

    /// A thousand policies are built within this.
    static let largest = 4 << 20
    static let mostFiles = 2000
    private static let fields: Set<String> = ["files", "of"]
    static let name = "^([1-9][0-9]{0,9}|prp_[0-9a-f]{16})$"

    private let source: Source

    /// The body of a request that is about policies.
    /// - Parameter fields: what else it may have.
    static func body(of request: Request, fields: Set<String> = []) async throws -> JSONBody {
        try await JSONBody(of: request, fields: Self.fields.union(fields), limit: largest)
    }

    static func schema(_ fields: [Schema.Field] = []) -> Schema {
        .object(
            [
                .init("files", .nullable(.map(.text())), required: false, "The files by their paths, as authored."),
                .init("of", .nullable(.pattern(name)), required: false, "Or a version's number, or a proposal's id."),
            ] + fields)
    }

    init(_ body: JSONBody) throws {
        let files = try body.contents("files", atMost: Self.mostFiles)
        let name = try body.text("of")
        switch (files, name) {
        case (let files?, nil):
            source = .files(try files.map { SourceFile(name: try Self.checked($0.name), text: $0.text) })
        case (nil, let name?): source = .named(name)
        default: throw AdmissionError.malformed("say `files`, or `of`: one of the two")
        }
    }

    /// - Throws: a ``Problem`` with 404 where the history has nothing of that name.
    func candidate(in tenant: String, from store: any HistoryStore) async throws -> PolicyCandidate {
        switch source {
        case .files(let files): return PolicyCandidate(tree: PolicyTree(files: files), name: "files")
        case .named(let name): return try await Self.candidate(named: name, in: tenant, from: store)
        }
    }

    static func candidate(
        named name: String, in tenant: String, from store: any HistoryStore
    ) async throws -> PolicyCandidate {
        do {
            let history = try await PolicyHistory.open(tenant: tenant, in: store)
            let record = try history.state.record(named: name)
            let files = try await history.content(of: record).map { (path: $0.path, bytes: $0.bytes) }
            return try PolicyCandidate(files: files, name: name)
        } catch let error as LifecycleError {
            throw Problem(error)
        } catch let error as PolicyCandidate.Problem {
            throw Problem(.conflict, "policies_invalid", "the policies cannot be read", error.message)
        }
    }

    /// A path inside of a folder of policies.
    private static func checked(_ name: String) throws -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...256).contains(name.utf8.count), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != 0x5c }),
            parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }), PolicyTree.reads(name)
        else {
            throw AdmissionError.malformed(
                "`files` has a name that is no path to a .yaml, .yml, .json or .rego file: relative, with `/`, and no part begins with a dot"
            )
        }
        return name
    }
}

extension HistoryState {
    /// A version's proposal, or the proposal itself.
    /// - Throws: `.unknownProposal`.
    func record(named name: String) throws(LifecycleError) -> ProposalRecord {
        let id = versions.first { String($0.number) == name }?.proposal ?? name
        guard let record = proposal(id) else {
            throw LifecycleError(.unknownProposal, "there is no version or proposal `\(name)`")
        }
        return record
    }
}

extension Problem {
    private static let mostTold = 5

    /// What is wrong with policies; `lint` tells all of it, place by place.
    init(_ diagnostics: Diagnostics) {
        let errors = diagnostics.all.filter { $0.severity == .error }
        let told = errors.prefix(Self.mostTold).map { "\($0.location): \($0.message)" }
        let more = errors.count > told.count ? ["and \(errors.count - told.count) more"] : []
        self.init(
            .unprocessableContent, "policies_invalid", "the policies are not valid",
            (told + more).joined(separator: "; "))
    }
}
