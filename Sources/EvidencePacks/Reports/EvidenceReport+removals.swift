import AuditTrail

extension EvidenceReport {
    /// What is gone of the period, so that nobody reads a gap as "nothing happened".
    var removals: HTML {
        guard !removed.isEmpty else { return "" }
        let rows: [HTML] = removed.sorted { $0.key < $1.key }.map { label, count in
            "<tr><td>\(label)</td><td class=\"n\">\(count)</td></tr>"
        }
        let said: [HTML] = notices.prefix(Self.sampleLimit).map { notice in
            "<li>record \(notice.index), \(minute(notice.time))</li>"
        }
        let rest: HTML =
            notices.count > Self.sampleLimit ? "<li>and \(notices.count - Self.sampleLimit) more</li>" : ""
        return """
            <section><h2>Removed by retention</h2><p>\(removed.total) records of the period are not kept any more: their retention was over. \
            Their hashes still stand in their places, under the same signed checkpoints, so nothing else can be missing. What they said is \
            not known, and no number in this report counts them. What was removed bears no time: some at the ends of the period may be of before or after it.</p>
            <div class="scroll"><table><thead><tr><th>Kind (retention class)</th><th class="n">Records</th></tr></thead>\
            <tbody>\(rows)</tbody></table></div>
            <p>The log itself said that they go, before they went. These records are in the pack under <code>removals/</code>, each with its proof:</p>
            <ul>\(said)\(rest)</ul></section>
            """
    }

    /// By kind and retention class.
    private var removed: [String: Int] { manifest.records.removed ?? [:] }
}
