import Approvals

/// The HTML of review pages: no script, nothing from elsewhere, every text escaped.
enum ReviewPage {
    static func form(_ approval: Approval, link: ReviewLink, token: String, now: Timestamp) -> String {
        guard approval.state(at: now) == .pending else { return outcome(approval, now: now) }
        return page(
            ApprovalWords.title(approval, now: now),
            call(approval, now: now) + """
                <form method="post" action="/approve">
                <input type="hidden" name="t" value="\(escaped(token))">
                <p><label>Comment<br><textarea name="comment" maxlength="2000" rows="3"></textarea></label></p>
                <p><label>Your Aegis key, as \(escaped(link.approver))<br>
                <input type="password" name="key" autocomplete="current-password" required></label></p>
                <p><button name="verdict" value="approve">Approve</button>
                <button name="verdict" value="deny">Deny</button></p>
                </form>
                """)
    }

    static func outcome(_ approval: Approval, now: Timestamp) -> String {
        page(ApprovalWords.title(approval, now: now), call(approval, now: now))
    }

    static func refusal(_ message: String) -> String {
        page("This cannot be done", "<p>\(escaped(message))</p>")
    }

    private static func call(_ approval: Approval, now: Timestamp) -> String {
        let rows = ApprovalWords.facts(approval).map {
            "<tr><th>\(escaped($0.name))</th><td>\(escaped($0.value))</td></tr>"
        }
        let caution = ApprovalWords.caution(approval).map { "<p><strong>\(escaped($0))</strong></p>" } ?? ""
        let progress = ApprovalWords.progress(approval, now: now).map { "<pre>\(escaped($0))</pre>" } ?? ""
        return
            "<table>\(rows.joined())</table><pre>\(escaped(ApprovalWords.parameters(approval)))</pre>\(caution)\(progress)"
            + "<p><small>\(approval.id) · \(escaped(approval.shown.digest))</small></p>"
    }

    private static func page(_ title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <meta name="robots" content="noindex"><title>\(escaped(title)) · Aegis</title>
        <style>body{font:16px system-ui;max-width:44rem;margin:2rem auto;padding:0 1rem}th{text-align:left;padding-right:1rem}
        pre{background:#eee;padding:1rem;white-space:pre-wrap}button{font:inherit;padding:.5rem 1.5rem}</style></head>
        <body><h1>\(escaped(title))</h1>\(body)</body></html>
        """
    }

    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
