extension EvidenceReport {
    var keyTable: HTML {
        let rows: [HTML] = keys.map { key in
            let validity =
                key.validity.map { limits in
                    "\(limits.from ?? "") to \(limits.until ?? "")" + (limits.revoked.map { ", revoked \($0)" } ?? "")
                } ?? "not limited"
            return """
                <tr><td><b>\(key.name)</b></td><td>\(key.use.rawValue)</td><td>\(key.algorithm)</td><td>\(validity)</td>\
                <td><code>\(key.fingerprint)</code></td></tr>
                """
        }
        return """
            <section><h2>Keys</h2><p>Compare these fingerprints with what you have from elsewhere: whoever could forge the pack could \
            forge its keys, too.</p><div class="scroll"><table><thead><tr><th>Key</th><th>Signs</th><th>Algorithm</th><th>Valid</th>\
            <th>SHA-256 of the public key</th></tr></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    /// Where a part of the period may be missing though no record is.
    var silences: HTML {
        guard !notes.isEmpty else { return "" }
        return """
            <section><h2>Silences and clocks</h2><p>The records of the log are complete. Where its clock jumped, or no gateway wrote, their \
            times do not tell that the period is, too: ask what happened then.</p><ul>\(notes.map { "<li>\($0)</li>" as HTML })</ul></section>
            """
    }

    var sampleTable: HTML {
        guard !samples.isEmpty else { return "" }
        let rows: [HTML] = samples.prefix(Self.sampleLimit).map { record in
            let outcome: HTML =
                record.decision.isEmpty
                ? "<span class=\"pill kind\">\(record.kind) \(record.event)</span>"
                : "<span class=\"pill \(record.decision)\">\(record.decision)</span>"
            return """
                <tr><td class="n">\(record.index)</td><td>\(minute(record.time))</td><td>\(record.agent)</td><td>\(record.tool)</td>\
                <td>\(outcome)</td><td>\(record.code)<br><span class="soft">\(record.message)</span></td></tr>
                """
        }
        let rest: HTML =
            samples.count > Self.sampleLimit
            ? "<p class=\"soft\">\(samples.count - Self.sampleLimit) more are in the pack.</p>" : ""
        return """
            <section><h2>Sampled records</h2><p>The whole record, and the proof of its place in the log, are in the pack under \
            <code>samples/</code>. Seed: <code>\(map.sampleSeed)</code></p><div class="scroll"><table><thead><tr><th class="n">Record</th>\
            <th>Time</th><th>Agent</th><th>Tool</th><th>Outcome</th><th>Reason</th></tr></thead><tbody>\(rows)</tbody></table></div>\(rest)
            </section>
            """
    }

    var closing: HTML {
        """
        <section><h2>Check it yourself</h2><p>On any machine with Python, without network and without our software:</p>
        <pre><code>pip install cryptography
        python3 verify.py PACK.tar.gz --log-key YOUR.vkey --checkpoint YOUR.note</code></pre>
        <p><code>VERIFY.md</code> has the same as openssl commands.</p></section>
        <footer>Evidence that supports controls; no statement that they are met. Titles of controls are shortened; the frameworks' own \
        texts count. Log <code>\(manifest.log)</code>, checkpoint at \(manifest.head.size) records, root <code>\(manifest.head.root)</code>.</footer>
        """
    }
}
