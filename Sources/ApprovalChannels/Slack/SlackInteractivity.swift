public import Approvals
import Foundation
public import Logging

/// Takes Slack's interactivity requests: checks the signature, maps the user to a person of ours, and puts the verdict to
/// the approvals as that person's.
public struct SlackInteractivity: Sendable {
    /// Told of an approval after it changed; returns once the change is on record.
    public typealias ChangeRecorder = @Sendable (Approval) async throws -> Void

    private let directory: ChannelDirectory
    private let signature: SlackSignature
    private let desk: ApprovalDesk
    private let outbox: any ApprovalOutbox
    private let recordChange: ChangeRecorder
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    /// nil where the directory has no Slack.
    public init?(
        _ directory: ChannelDirectory, desk: ApprovalDesk, outbox: any ApprovalOutbox,
        recordChange: @escaping ChangeRecorder, logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        guard let slack = directory.slack else { return nil }
        self.directory = directory
        signature = SlackSignature(secret: slack.signingSecret)
        self.desk = desk
        self.outbox = outbox
        self.recordChange = recordChange
        self.logger = logger
        self.now = now
    }

    /// Whether this tenant's Slack signed the request.
    public func hasSigned(_ body: [UInt8], timestamp: String?, signature given: String?) -> Bool {
        (try? signature.check(timestamp: timestamp, signature: given, body: body, now: now())) != nil
    }

    /// - Parameters: the headers `X-Slack-Request-Timestamp` and `X-Slack-Signature`, and the body as it came.
    /// - Returns: the HTTP status: 200 for all that Slack signed and that can be read, whatever became of it; the person
    ///   is answered in Slack.
    public func take(timestamp: String?, signature given: String?, body: [UInt8]) async -> Int {
        do throws(SlackSignature.Fault) {
            try signature.check(timestamp: timestamp, signature: given, body: body, now: now())
        } catch {
            logger.warning("a request that Slack did not sign was refused", metadata: ["reason": "\(error.rawValue)"])
            return 401
        }
        let click: SlackClick
        do throws(SlackClick.Unreadable) {
            guard let read = try SlackClick(form: body) else { return 200 }
            click = read
        } catch {
            logger.warning("a signed request of Slack cannot be read", metadata: ["reason": "\(error.message)"])
            return 400
        }
        do {
            try await recordChange(try await decide(click))
            return 200
        } catch let error as ApprovalError {
            logger.notice(
                "a click in Slack was refused",
                metadata: ["slack_user": "\(click.userID)", "approval_id": "\(click.approval)", "reason": "\(error)"])
            return await answer(click, error.message)
        } catch {
            // Not on record yet or not even stored: Slack shows the person a failure, and the click may be repeated.
            logger.error("a click in Slack could not be carried out", metadata: ["error": "\(error)"])
            return 503
        }
    }

    private func decide(_ click: SlackClick) async throws -> Approval {
        guard let person = directory.person(slackUser: click.userID) else {
            throw ApprovalError(.notEntitled, "your Slack account is nobody's here; ask the operator to add it")
        }
        let approver = Approver(tenant: directory.tenant, name: person.name, roles: person.roles, via: "slack")
        switch click.verdict {
        case .approve:
            guard ApprovalWords.fitMessage(try await desk.show(click.approval, tenant: directory.tenant)) else {
                throw ApprovalError(.notEntitled, "\(click.approval) is not approved here. \(ApprovalWords.tooLong)")
            }
            return try await desk.approve(click.approval, by: approver)
        case .deny: return try await desk.deny(click.approval, by: approver)
        }
    }

    /// Tells the one who clicked why nothing happened. Only Slack's own addresses are answered.
    private func answer(_ click: SlackClick, _ message: String) async -> Int {
        guard let url = click.responseURL, directory.slack?.owns(responseURL: url) == true else { return 200 }
        let now = now()
        do {
            try await outbox.add([
                Delivery(
                    key: "\(click.approval)/click/\(click.userID)/\(click.triggerID)", kind: .reply,
                    target: "slack:\(url)", tenant: directory.tenant, approval: click.approval, payload: message,
                    nextAt: now, createdAt: now)
            ])
        } catch {
            logger.error("an answer to a click could not be stored", metadata: ["error": "\(error)"])
        }
        return 200
    }
}

extension ChannelDirectory.Slack {
    /// Slack's own are at `https://hooks.slack.com/`; another API address answers for its own.
    func owns(responseURL url: String) -> Bool {
        if url.hasPrefix("https://hooks.slack.com/") { return true }
        guard apiURL != "https://slack.com/api", let scheme = apiURL.range(of: "://") else { return false }
        let origin = apiURL[..<(apiURL[scheme.upperBound...].firstIndex(of: "/") ?? apiURL.endIndex)]
        return url.hasPrefix(origin + "/")
    }
}
