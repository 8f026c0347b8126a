import AuditTrail

/// `report.html`: the period as a person reads it. One file, without scripts and without anything from elsewhere.
struct EvidenceReport {
    let manifest: PackManifest
    let tally: PackTally
    let map: ControlMap
    let policies: [PolicyShelf.Version]
    let keys: [PackKey]
    /// The sampled records, ascending.
    let samples: [RecordFacts]
    /// Who has cosigned the head.
    let witnessed: WitnessSight?
    /// Clocks that were set back, times without records.
    let notes: [String]
    /// The records that say what retention removed of the pack.
    let notices: [RemovalNotice]
    static let sampleLimit = 300

    var html: String {
        let page: HTML = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>Evidence report: \(manifest.log), \(firstDay) to \(lastDay)</title>
            <style>\(ReportStyle.css)</style></head><body>
            \(head)\(tiles)\(proof)\(removals)\(silences)\(activity)\(controls)\(policyVersions)\(keyTable)\(sampleTable)\(closing)
            </body></html>

            """
        return page.text
    }

    private var head: HTML {
        """
        <header><p class="kicker">Evidence report</p><h1>\(manifest.tenant)</h1>
        <p>Tool calls of AI agents through gateway \(manifest.gateway), \(firstDay) to \(lastDay) (UTC).<br>
        Made \(minute(manifest.builtAt)) by \(manifest.builtBy).</p></header>
        """
    }

    private var tiles: HTML {
        let outcomes = tally.outcomes
        var values: [(Int, String)] = [
            (manifest.records.inPeriod, "records"), (manifest.records.decisions, "decisions"),
            (outcomes["deny"] ?? 0, "denied"), (outcomes["approval_needed"] ?? 0, "held for a person"),
            (outcomes["sanitize"] ?? 0, "rewritten"),
            (policies.count, policies.count == 1 ? "policy version" : "policy versions"),
        ]
        if let removed = manifest.records.removed?.total {
            values.insert((removed, "more, removed by retention"), at: 1)
        }
        return "<div class=\"tiles\">\(values.map { "<div><b>\($0.0)</b><span>\($0.1)</span></div>" as HTML })</div>"
    }

    private var proof: HTML {
        let records = manifest.records
        let start: HTML =
            records.first == 0
            ? "They begin with the first record that the log ever had."
            : "The record before the period is carried along, so that nothing can be missing in front."
        let end: HTML =
            records.end == manifest.head.size
            ? "They end where the log ended when this pack was made."
            : "The record after the period is carried along, and a proof ties all of them to the newest checkpoint."
        let early: HTML =
            manifest.isPeriodOver ? "" : " The period was not over then: later records of it are not in this pack."
        let outside: HTML =
            witnessed.map { sight in
                " The witness \(sight.name), who signs nothing but continuations, saw them on \(minute(sight.time))."
            } ?? ""
        return """
            <section><h2>What stands behind these numbers</h2>
            <p>Every decision was on disk in a tamper-evident log before its answer left the gateway. Nothing in this report has to be \
            believed: the pack that it comes with holds the records, and what is needed to check them without us.</p>
            <div class="proof">
            <div><b>Complete</b><p>Records \(records.first) to \(records.end - 1) of <code>\(manifest.log)</code>, numbered without a gap. \(start) \(end)\(early)</p></div>
            <div><b>Unchanged</b><p>Each record's hash covers all of its fields and the record before. Signed checkpoints fix the Merkle \
            root over them; the newest covers \(manifest.head.size) records.\(outside)</p></div>
            <div><b>By these policies</b><p>Each decision names the policy version that made it. Those bundles are in the pack, signed, \
            with their reviews.</p></div></div></section>
            """
    }

    private var activity: HTML {
        let approvals = ["asked", "escalated", "voted", "approved", "denied", "expired", "withdrawn"].compactMap {
            event in
            tally.approvals[event].map { (name: event, count: $0) }
        }
        return """
            <section><h2>What the agents did, and what they were answered</h2>
            \(OutcomeChart(days: tally.days).html)
            <div class="pair">\(BarList(title: "Reasons", rows: tally.reasons.top(10)).html)\
            \(BarList(title: "Tools", rows: tally.tools.top(10)).html)</div>
            <div class="pair">\(BarList(title: "Deciding policies", rows: tally.policies.top(10)).html)\
            \(BarList(title: "Approvals, by what happened", rows: approvals).html)</div>
            \(agentTable)</section>
            """
    }

    private var agentTable: HTML {
        let agents: [(name: String, counts: [String: Int], total: Int)] = tally.agents
            .map { ($0.key, $0.value, $0.value.values.reduce(0, +)) }
            .sorted { $0.total != $1.total ? $0.total > $1.total : $0.name < $1.name }
        guard !agents.isEmpty else { return "" }
        let rows: [HTML] = agents.prefix(50).map { agent -> HTML in
            let cells: [HTML] = Outcome.allCases.map { outcome -> HTML in
                let count: Int = agent.counts[outcome.rawValue] ?? 0
                return "<td class=\"n\">\(count)</td>"
            }
            return """
                <tr><td>\(agent.name)</td><td class="n">\(agent.total)</td>\(cells)<td>\(Self.mini(agent.counts))</td></tr>
                """
        }
        let heads: [HTML] = Outcome.allCases.map { outcome -> HTML in "<th class=\"n\">\(outcome.words)</th>" }
        let rest: HTML = agents.count > 50 ? "<p class=\"soft\">and \(agents.count - 50) more agents</p>" : ""
        return """
            <h3>Agents</h3><div class="scroll"><table><thead><tr><th>Agent</th><th class="n">Decisions</th>\
            \(heads)<th></th></tr></thead>
            <tbody>\(rows)</tbody></table></div>\(rest)
            """
    }

    /// Outcomes as one thin bar.
    static func mini(_ counts: [String: Int]) -> HTML {
        let total = Double(max(1, Outcome.allCases.reduce(0) { $0 + (counts[$1.rawValue] ?? 0) }))
        let parts: [HTML] = Outcome.allCases.compactMap { outcome in
            guard let count = counts[outcome.rawValue], count > 0 else { return nil }
            return "<i class=\"\(outcome.style)\" style=\"width:\(at: 100 * Double(count) / total)%\"></i>"
        }
        return parts.isEmpty ? "" : "<span class=\"mini\">\(parts)</span>"
    }

    func day(_ time: String) -> String { String(time.prefix(10)) }

    func minute(_ time: String) -> String { "\(time.prefix(10)) \(time.dropFirst(11).prefix(5)) UTC" }

    /// The first day of the period; that of the first record where it has no beginning.
    private var firstDay: String { day(max(manifest.period.from, tally.firstTime ?? manifest.period.from)) }

    /// The last day that is part of the period.
    private var lastDay: String { day(tally.lastTime.map { max($0, manifest.period.from) } ?? manifest.period.to) }
}
