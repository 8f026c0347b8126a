import Approvals

/// An approval as an Adaptive Card 1.4 in the message that a Workflows webhook takes. What an agent or a person wrote
/// stands in text runs, in which Teams reads no Markdown. Long texts are cut: a message may have 28 KB. Nobody decides on the
/// card itself: the pages that it links to show everything.
/// Source: https://adaptivecards.io/explorer/
struct TeamsCard {
    let approval: Approval
    let now: Timestamp
    let key: String
    let reviews: [ReviewInvitation]

    var json: [UInt8] {
        var json = JSONText()
        json.object { message in
            message.field("type", "message")
            message.key("attachments")
            message.array { attachments in
                attachments.object { attachment in
                    attachment.field("contentType", "application/vnd.microsoft.card.adaptive")
                    attachment.field("contentUrl", nil)
                    attachment.key("content")
                    attachment.object { content(&$0) }
                }
            }
        }
        return json.bytes
    }

    private func content(_ card: inout JSONText) {
        card.field("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
        card.field("type", "AdaptiveCard")
        card.field("version", "1.4")
        card.key("msteams")
        card.object { $0.field("width", "Full") }
        card.key("body")
        card.array { body in
            body.object { title in
                title.field("type", "TextBlock")
                title.field("id", key)
                title.field("size", "Medium")
                title.field("weight", "Bolder")
                title.field("text", ApprovalWords.title(approval, now: now))
            }
            for fact in ApprovalWords.facts(approval) {
                run(ApprovalWords.cut(ApprovalWords.message(fact), ApprovalWords.longestFact), &body)
            }
            let parameters = ApprovalWords.cut(ApprovalWords.parameters(approval), ApprovalWords.longestParameters)
            run(parameters, isCode: true, &body)
            if let caution = ApprovalWords.caution(approval) { run(caution, &body) }
            if let progress = ApprovalWords.progress(approval, now: now) {
                run(ApprovalWords.cut(progress, 1500), &body)
            }
            if !reviews.isEmpty, !ApprovalWords.fitMessage(approval) { run(ApprovalWords.tooLong, &body) }
            run("\(approval.id) · \(approval.shown.digest)", &body)
        }
        guard !reviews.isEmpty else { return }
        card.key("actions")
        card.array { actions in
            for review in reviews {
                actions.object { action in
                    action.field("type", "Action.OpenUrl")
                    action.field("title", review.title)
                    action.field("url", review.url)
                }
            }
        }
    }

    private func run(_ text: String, isCode: Bool = false, _ body: inout JSONText) {
        body.object { block in
            block.field("type", "RichTextBlock")
            block.key("inlines")
            block.array { inlines in
                inlines.object { run in
                    run.field("type", "TextRun")
                    run.field("text", text)
                    if isCode { run.field("fontType", "Monospace") }
                }
            }
        }
    }
}
