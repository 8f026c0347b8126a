extension EvidenceReport {
    /// The control map, framework by framework.
    var controls: HTML {
        var frameworks: [(name: String, entries: [ControlMap.Entry])] = []
        for entry in map.controls {
            let name = Control.framework(of: entry.id)
            if frameworks.last?.name == name {
                frameworks[frameworks.count - 1].entries.append(entry)
            } else if let place = frameworks.firstIndex(where: { $0.name == name }) {
                frameworks[place].entries.append(entry)
            } else {
                frameworks.append((name, [entry]))
            }
        }
        let gaps = map.controls.filter { $0.count == 0 }.count
        let missing: HTML =
            gaps == 0
            ? "" : " For \(gaps) of \(map.controls.count) there was none in this period; they are marked."
        let removed = manifest.records.removed?.total ?? 0
        let gone: HTML = removed == 0 ? "" : " The \(removed) records that retention removed count for none."
        return """
            <section><h2>Controls, and the records that support them</h2>
            <p>A record counts for a control by what it is, or because the policy that decided carries the control. Whether the \
            evidence suffices is for the auditor to judge.\(missing)\(gone) Samples are drawn by a seed, so that anybody can draw them again.</p>
            \(frameworks.map { table($0.name, $0.entries) })</section>
            """
    }

    private func table(_ framework: String, _ entries: [ControlMap.Entry]) -> HTML {
        """
        <h3>\(framework)</h3><div class="scroll"><table class="controls"><thead><tr><th>Control</th><th>What the records show</th><th>Policies</th>\
        <th class="n">Records</th><th>Outcomes</th><th class="n">Samples</th></tr></thead><tbody>
        \(entries.map(row))</tbody></table></div>
        """
    }

    private func row(_ entry: ControlMap.Entry) -> HTML {
        let number = entry.id.dropFirst(Control.framework(of: entry.id).count + 1)
        let named = Set(entry.policies.values.flatMap { $0 }).sorted()
        let policies: [HTML] = named.map { "<code>\($0)</code> " }
        let outcomes: [HTML] = entry.counts.sorted { $0.value > $1.value }.map { name, count in
            "<span class=\"pill \(Outcome(rawValue: name) == nil ? "kind" : name)\">\(name) \(count)</span> "
        }
        let found: [HTML] = entry.count == 0 ? ["<span class=\"pill\">no evidence in this period</span>"] : outcomes
        return """
            <tr\(entry.count == 0 ? " class=\"gap\"" as HTML : "")><td><b>\(number)</b><br><span class="soft">\(entry.title ?? "")</span></td>\
            <td>\(entry.shows ?? "decisions of the policies that carry it")</td><td>\(policies)</td>\
            <td class="n">\(entry.count)</td><td>\(found)\(Self.mini(entry.counts))</td><td class="n">\(entry.samples.count)</td></tr>
            """
    }
}
