public import Approvals
public import Logging

/// The pages behind review links. Looking at one changes nothing, since mail and chat programs open links by themselves;
/// the form on it decides, for the person whose key is given with it.
public struct ReviewDesk: Sendable {
    /// A page and its HTTP status.
    public struct Page: Sendable, Hashable {
        public var status: Int
        public var html: String
    }

    /// Proves a person by a key; nil for an agent's key and for none of ours.
    public typealias PersonProver = @Sendable (_ key: String) -> Approver?

    private let links: ReviewLinks
    private let desk: ApprovalDesk
    private let prove: PersonProver
    private let recordChange: SlackInteractivity.ChangeRecorder
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    public init(
        links: ReviewLinks, desk: ApprovalDesk, prove: @escaping PersonProver,
        recordChange: @escaping SlackInteractivity.ChangeRecorder, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.links = links
        self.desk = desk
        self.prove = prove
        self.recordChange = recordChange
        self.logger = logger
        self.now = now
    }

    /// The page of a link: what is asked, and the form. Changes nothing.
    public func show(_ token: String) async -> Page {
        await answer {
            let (link, approval) = try await open(token)
            return Page(status: 200, html: ReviewPage.form(approval, link: link, token: token, now: now()))
        }
    }

    /// - Parameter form: `t` (the link's token), `verdict` (`approve` or `deny`), `key`, `comment`, form-encoded.
    public func decide(form bytes: [UInt8]) async -> Page {
        await answer {
            guard let form = FormText(bytes), let token = form["t"], let verdict = form["verdict"] else {
                throw ApprovalError(.invalidLink, "the form cannot be read")
            }
            let (link, _) = try await open(token)
            guard let key = form["key"], let person = prove(key), person.tenant == link.tenant else {
                throw ApprovalError(.notEntitled, "the key is no person's here")
            }
            guard person.isNamed(in: [link.approver]) else {
                throw ApprovalError(.notEntitled, "this link was made for \(link.approver), not for `\(person.name)`")
            }
            let approver = Approver(tenant: person.tenant, name: person.name, roles: person.roles, via: link.via)
            let comment = form["comment"].flatMap { $0.isEmpty ? nil : String($0.prefix(2000)) }
            let approval: Approval
            switch verdict {
            case "approve":
                approval = try await desk.approve(link.approval, by: approver, comment: comment, link: link.id)
            case "deny": approval = try await desk.deny(link.approval, by: approver, comment: comment, link: link.id)
            default: throw ApprovalError(.invalidLink, "the form cannot be read")
            }
            try await recordChange(approval)
            return Page(status: 200, html: ReviewPage.outcome(approval, now: now()))
        }
    }

    private func open(_ token: String) async throws -> (ReviewLink, Approval) {
        let link = try links.verify(token, now: now())
        let approval = try await desk.show(link.approval, tenant: link.tenant)
        guard approval.shown.digest == link.shownDigest else {
            throw ApprovalError(.invalidLink, "this link was made for another call")
        }
        guard !approval.usedLinks.contains(link.id) else {
            throw ApprovalError(.linkUsed, "this link has been used already; each works once")
        }
        return (link, approval)
    }

    private func answer(_ work: () async throws -> Page) async -> Page {
        do { return try await work() } catch let error as ApprovalError {
            let status =
                switch error.code {
                case .notFound: 404
                case .notEntitled, .selfApproval, .notRequester: 403
                case .invalidLink, .invalidToken: 400
                case .linkUsed, .expired: 410
                default: 409
                }
            return Page(status: status, html: ReviewPage.refusal(error.message))
        } catch {
            logger.error("a review page could not be made", metadata: ["error": "\(error)"])
            return Page(status: 503, html: ReviewPage.refusal("a fault of the gateway; look at the approval again"))
        }
    }
}
