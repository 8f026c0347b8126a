import Approvals

/// An approval as a Slack message. Whatever an agent or a person wrote stands in `plain_text` and preformatted elements:
/// Slack reads no mention, link or markup out of these.
/// Limits: header 150 characters, a field 2000, a text 3000. A call that is cut has no button to approve it: links lead to the
/// pages that show all of it.
struct SlackMessage {
    let approval: Approval
    let now: Timestamp
    let reviews: [ReviewInvitation]

    /// The members `text`, `blocks` and `metadata` of a message.
    func write(to json: inout JSONText, key: String) {
        json.field("text", Self.escaped(ApprovalWords.title(approval, now: now)))
        json.key("blocks")
        json.array { blocks in
            blocks.object { block in
                block.field("type", "header")
                block.key("text")
                plain(ApprovalWords.title(approval, now: now), limit: 150, &block)
            }
            blocks.object { block in
                block.field("type", "section")
                block.key("fields")
                block.array { fields in
                    for fact in ApprovalWords.facts(approval) {
                        plain(ApprovalWords.message(fact), limit: ApprovalWords.longestFact, &fields)
                    }
                }
            }
            preformatted(
                ApprovalWords.cut(ApprovalWords.parameters(approval), ApprovalWords.longestParameters), &blocks)
            if let caution = ApprovalWords.caution(approval) { section(caution, &blocks) }
            if let outcome = ApprovalWords.progress(approval, now: now) { section(outcome, &blocks) }
            if approval.state(at: now) == .pending {
                let isWhole = ApprovalWords.fitMessage(approval)
                if !isWhole { section(ApprovalWords.tooLong, &blocks) }
                buttons(isWhole: isWhole, &blocks)
            }
            blocks.object { block in
                block.field("type", "context")
                block.key("elements")
                block.array { plain("\(approval.id) · \(approval.shown.digest)", limit: 2000, &$0) }
            }
        }
        json.key("metadata")
        json.object { metadata in
            metadata.field("event_type", "aegis_approval")
            metadata.key("event_payload")
            metadata.object { payload in
                payload.field("approval_id", approval.id.description)
                payload.field("delivery_key", key)
                payload.field("shown_digest", approval.shown.digest)
            }
        }
    }

    private func section(_ text: String, _ blocks: inout JSONText) {
        blocks.object { block in
            block.field("type", "section")
            block.key("text")
            plain(text, limit: 3000, &block)
        }
    }

    private func buttons(isWhole: Bool, _ blocks: inout JSONText) {
        blocks.object { block in
            block.field("type", "actions")
            block.field("block_id", approval.id.description)
            block.key("elements")
            block.array { elements in
                if isWhole {
                    button(SlackClick.approveAction, "Approve", "primary", "The call then runs once.", &elements)
                } else {
                    for (number, review) in reviews.enumerated() { link(review, number, &elements) }
                }
                button(SlackClick.denyAction, "Deny", "danger", "One refusal ends it.", &elements)
            }
        }
    }

    private func link(_ review: ReviewInvitation, _ number: Int, _ json: inout JSONText) {
        json.object { button in
            button.field("type", "button")
            button.field("action_id", "aegis_review_\(number)")
            button.key("text")
            plain(review.title, limit: 75, &button)
            button.field("url", review.url)
        }
    }

    private func button(_ action: String, _ word: String, _ style: String, _ caution: String, _ json: inout JSONText) {
        json.object { button in
            button.field("type", "button")
            button.field("action_id", action)
            button.field("style", style)
            button.key("text")
            plain(word, limit: 75, &button)
            button.field("value", approval.id.description)
            button.key("confirm")
            button.object { confirm in
                confirm.key("title")
                plain("\(word)?", limit: 100, &confirm)
                confirm.key("text")
                plain(caution, limit: 300, &confirm)
                confirm.key("confirm")
                plain(word, limit: 30, &confirm)
                confirm.key("deny")
                plain("Back", limit: 30, &confirm)
            }
        }
    }

    private func preformatted(_ text: String, _ blocks: inout JSONText) {
        blocks.object { block in
            block.field("type", "rich_text")
            block.key("elements")
            block.array { elements in
                elements.object { element in
                    element.field("type", "rich_text_preformatted")
                    element.key("elements")
                    element.array { runs in
                        runs.object { run in
                            run.field("type", "text")
                            run.field("text", text.isEmpty ? "{}" : text)
                        }
                    }
                }
            }
        }
    }

    private func plain(_ text: String, limit: Int, _ json: inout JSONText) {
        json.object { object in
            object.field("type", "plain_text")
            object.field("text", ApprovalWords.cut(text, limit))
            object.key("emoji")
            object.boolean(false)
        }
    }

    /// For `text`, which Slack reads markup in.
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
    }
}
