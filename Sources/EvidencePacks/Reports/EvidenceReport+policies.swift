import PolicyBundles

extension EvidenceReport {
    /// The policy versions that decided, who wrote and who reviewed them.
    var policyVersions: HTML {
        let versions: [HTML] = policies.map { version in
            let metadata = version.metadata
            let documents = version.fileNames.filter { $0.hasPrefix("policies/") }
            return """
                <h3>Version \(metadata.version)</h3><div class="scroll"><table><tbody>
                <tr><td class="soft">Name in every record</td><td><code>\(version.name)</code></td></tr>
                <tr><td class="soft">Archive</td><td><code>\(version.digest)</code></td></tr>
                <tr><td class="soft">Content</td><td><code>\(metadata.contentDigest?.description ?? "")</code></td></tr>
                <tr><td class="soft">Written by</td><td>\(metadata.author), \(metadata.createdAt)</td></tr>
                <tr><td class="soft">Signed by</td><td>\(version.keyID)</td></tr>
                <tr><td class="soft">Follows</td><td>\(metadata.parent.map { "<code>\($0.description)</code>" as HTML } ?? "nothing: it is the first")</td></tr>
                <tr><td class="soft">Named by</td><td>\(version.records) records, \(version.firstRecord) to \(version.lastRecord)</td></tr>
                <tr><td class="soft">Documents</td><td>\(documents.map { "<code>\($0)</code> " as HTML })</td></tr>
                <tr><td class="soft">Reviews</td><td>\(reviews(metadata.reviews))</td></tr>
                </tbody></table></div>
                """
        }
        let none: HTML = "<p class=\"none\">No policy version decided in this period.</p>"
        return """
            <section><h2>Policies in force</h2>
            <p>Each bundle is in the pack as it was signed and activated, with its source.</p>\(versions.isEmpty ? [none] : versions)
            \(events)</section>
            """
    }

    private func reviews(_ reviews: [BundleReview]) -> HTML {
        guard !reviews.isEmpty else { return "<span class=\"soft\">none is in the bundle</span>" }
        return "\(reviews.map(review))"
    }

    private func review(_ review: BundleReview) -> HTML {
        """
        <div class="review"><b>\(review.reviewer)</b> <span class="pill">\(review.verdict)</span> \
        <span class="pill">\(review.statement == nil ? "not signed by the reviewer" : "signed")</span> \
        <span class="soft">\(review.at), \(review.approvalID)</span><br>\(review.comment)</div>
        """
    }

    private var events: HTML {
        guard !tally.policyEvents.isEmpty else { return "" }
        let rows: [HTML] = tally.policyEvents.suffix(100).map { event in
            "<tr><td class=\"n\">\(event.index)</td><td>\(minute(event.time))</td><td>\(event.event)</td><td><code>\(event.version ?? "")</code></td></tr>"
        }
        return """
            <h3>What happened to policies in this period</h3><div class="scroll"><table><thead><tr><th class="n">Record</th>\
            <th>Time</th><th>Event</th><th>Version</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }
}
