import PolicyBundles
import SignedTokens

extension EventBody {
    /// The members that a kind has besides those that all events have.
    static func members(of kind: Kind) -> Set<String> {
        switch kind {
        case .trusted: ["version", "digest"]
        case .proposed:
            [
                "version", "parent", "content_digest", "region", "title", "files", "revises", "restores", "promotes",
                "report", "change",
            ]
        case .commented, .withdrawn: ["proposal", "content_digest", "comment"]
        case .approved, .rejected: ["proposal", "version", "content_digest", "role", "comment"]
        case .signed:
            [
                "proposal", "version", "content_digest", "digest", "files", "approvals", "emergency",
                "acknowledges_widening",
            ]
        case .published: ["version", "digest", "store"]
        case .abandoned: ["version", "digest", "reason"]
        case .recalled: ["version", "to", "digest", "store", "reason"]
        }
    }

    var members: [String: SignedDocument] {
        switch self {
        case .trusted(let root): ["version": .integer(Int64(root.version)), "digest": .text(root.digest.description)]
        case .proposed(let proposal): proposal.members
        case .commented(let remark), .withdrawn(let remark):
            [
                "proposal": .text(remark.proposal), "content_digest": .text(remark.contentDigest.description),
                "comment": .text(remark.comment),
            ]
        case .approved(let verdict), .rejected(let verdict):
            [
                "proposal": .text(verdict.proposal), "version": .integer(Int64(verdict.version)),
                "content_digest": .text(verdict.contentDigest.description), "role": .text(verdict.role),
                "comment": .text(verdict.comment),
            ]
        case .signed(let version):
            [
                "proposal": .text(version.proposal), "version": .integer(Int64(version.version)),
                "content_digest": .text(version.contentDigest.description),
                "digest": .text(version.digest.description), "files": ContentFile.document(version.files),
                "approvals": .texts(version.approvals), "emergency": .optional(version.emergency),
                "acknowledges_widening": .boolean(version.acknowledgesWidening),
            ]
        case .published(let publication):
            [
                "version": .integer(Int64(publication.version)), "digest": .text(publication.digest.description),
                "store": .text(publication.store),
            ]
        case .abandoned(let abandonment):
            [
                "version": .integer(Int64(abandonment.version)), "digest": .text(abandonment.digest.description),
                "reason": .text(abandonment.reason),
            ]
        case .recalled(let recall):
            [
                "version": .integer(Int64(recall.version)), "to": .integer(Int64(recall.to)),
                "digest": .text(recall.digest.description), "store": .text(recall.store),
                "reason": .text(recall.reason),
            ]
        }
    }

    init(_ kind: Kind, _ reader: MemberReader) throws(TokenError) {
        switch kind {
        case .trusted:
            self = .trusted(AdoptedRoot(version: try reader.version(), digest: try reader.digest("digest")))
        case .proposed: self = .proposed(try Proposal(reader))
        case .commented: self = .commented(try Remark(reader))
        case .withdrawn: self = .withdrawn(try Remark(reader))
        case .approved: self = .approved(try Verdict(reader))
        case .rejected: self = .rejected(try Verdict(reader))
        case .signed:
            self = .signed(
                SignedVersion(
                    proposal: try reader.text("proposal"), version: try reader.version(),
                    contentDigest: try reader.digest("content_digest"), digest: try reader.digest("digest"),
                    files: try ContentFile.read(reader), approvals: try reader.texts("approvals"),
                    emergency: try reader.optionalText("emergency"),
                    acknowledgesWidening: try reader.boolean("acknowledges_widening")))
        case .published:
            self = .published(
                Publication(
                    version: try reader.version(), digest: try reader.digest("digest"),
                    store: try reader.text("store")))
        case .abandoned:
            self = .abandoned(
                Abandonment(
                    version: try reader.version(), digest: try reader.digest("digest"),
                    reason: try reader.text("reason")))
        case .recalled:
            self = .recalled(
                Recall(
                    version: try reader.version(), to: try reader.integer("to", in: 1...(1 << 53)),
                    digest: try reader.digest("digest"), store: try reader.text("store"),
                    reason: try reader.text("reason")))
        }
    }
}

extension Proposal {
    fileprivate var members: [String: SignedDocument] {
        var members: [String: SignedDocument] = [
            "version": .integer(Int64(version)), "parent": .optional(parent?.description),
            "content_digest": .text(contentDigest.description), "region": .optional(region), "title": .text(title),
            "files": ContentFile.document(files), "revises": .optional(revises), "restores": .null,
            "promotes": .texts(promotes), "report": .optional(report?.description), "change": .null,
        ]
        if let restores {
            var restored: [String: SignedDocument] = [
                "version": .integer(Int64(restores.version)), "parent": .optional(restores.parent?.description),
                "created_at": .text(restores.createdAt), "author": .text(restores.author),
                "reason": .text(restores.reason),
            ]
            if !restores.coauthors.isEmpty { restored["coauthors"] = .texts(restores.coauthors) }
            members["restores"] = .object(restored)
        }
        if let change {
            members["change"] = .object(["widens": .texts(change.widens), "narrows": .texts(change.narrows)])
        }
        return members
    }

    fileprivate init(_ reader: MemberReader) throws(TokenError) {
        version = try reader.version()
        parent = try reader.optionalDigest("parent")
        contentDigest = try reader.digest("content_digest")
        region = try reader.optionalText("region")
        title = try reader.text("title")
        files = try ContentFile.read(reader)
        revises = try reader.optionalText("revises")
        if let child = try reader.optionalChild(
            "restores", known: ["version", "parent", "created_at", "author", "coauthors", "reason"])
        {
            restores = RestoredVersion(
                version: try child.version(), parent: try child.optionalDigest("parent"),
                createdAt: try child.text("created_at"), author: try child.text("author"),
                coauthors: try child.has("coauthors") ? child.texts("coauthors") : [], reason: try child.text("reason"))
        } else {
            restores = nil
        }
        promotes = try reader.texts("promotes")
        report = try reader.optionalDigest("report")
        if let child = try reader.optionalChild("change", known: ["widens", "narrows"]) {
            change = ChangeNote(widens: try child.texts("widens"), narrows: try child.texts("narrows"))
        } else {
            change = nil
        }
    }
}

extension Remark {
    fileprivate init(_ reader: MemberReader) throws(TokenError) {
        proposal = try reader.text("proposal")
        contentDigest = try reader.digest("content_digest")
        comment = try reader.text("comment")
    }
}

extension Verdict {
    fileprivate init(_ reader: MemberReader) throws(TokenError) {
        proposal = try reader.text("proposal")
        version = try reader.version()
        contentDigest = try reader.digest("content_digest")
        role = try reader.text("role")
        comment = try reader.text("comment")
    }
}

extension ContentFile {
    fileprivate static func document(_ files: [ContentFile]) -> SignedDocument {
        .list(files.map { .object(["path": .text($0.path), "digest": .text($0.digest.description)]) })
    }

    fileprivate static func read(_ reader: MemberReader) throws(TokenError) -> [ContentFile] {
        var files: [ContentFile] = []
        for child in try reader.children("files", known: ["path", "digest"]) {
            files.append(ContentFile(path: try child.text("path"), digest: try child.digest("digest")))
        }
        return files
    }
}

extension MemberReader {
    fileprivate func version() throws(TokenError) -> Int { try integer("version", in: 1...(1 << 53)) }

    func digest(_ name: String) throws(TokenError) -> BundleDigest {
        guard let digest = BundleDigest(try text(name)) else { throw wrong(name, "a `sha256:` digest") }
        return digest
    }

    fileprivate func optionalDigest(_ name: String) throws(TokenError) -> BundleDigest? {
        has(name) ? try digest(name) : nil
    }
}
