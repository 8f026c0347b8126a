import RegoValues

/// One way through a value, from the root down: which rules' paths lead on from here, and which detectors are on.
struct RedactionWalk {
    struct Rule {
        let steps: [JSONPathPattern.Step]
        let mask: UInt64
        /// nil: everything at the path is sensitive.
        let form: RedactionForm?
    }

    /// A rule, and how many of its steps are behind.
    private struct State: Hashable {
        let rule: Int
        let step: Int
    }

    /// The name of the nearest member, which says what its value is.
    private struct Key {
        var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        var contexts: UInt8 = 0
    }

    var rules: [Rule] = []
    /// What becomes of a value that is sensitive as a whole: `.redact` or `.pseudonym`.
    var sensitiveForm = RedactionForm.redact
    private let heap: Heap
    private let names: DetectorNames
    private let text: TextRedaction
    private var location = JSONPointer()
    /// nil where nobody asks for them.
    private(set) var places: RedactedPlaces?

    init(scope: Redactor.Scope, writer: FindWriter, heap: Heap, tellsPlaces: Bool) {
        places = tellsPlaces ? RedactedPlaces() : nil
        self.heap = heap
        names = DetectorNames(scope.detectors)
        text = TextRedaction(
            scanner: TextScanner(table: .shared, customs: scope.detectors), names: names, writer: writer)
    }

    var all: UInt64 { names.all }

    /// The detectors of an order by their forms.
    func masks(of order: RedactionOrder) -> [(RedactionForm, UInt64)] {
        let mask = names.mask(of: order.detectors)
        return order.form.map { [($0, mask)] } ?? names.byForm(mask)
    }

    mutating func run(_ value: Value) -> Value {
        walk(value, rules.indices.map { State(rule: $0, step: 0) }, ActiveForms(), Key()) ?? value
    }

    /// nil where nothing is rewritten, here and below.
    private mutating func walk(_ value: Value, _ states: [State], _ above: ActiveForms, _ key: Key) -> Value? {
        var active = above
        var states = states
        var next = 0
        while next < states.count {
            let state = states[next]
            let rule = rules[state.rule]
            if state.step == rule.steps.count {
                if let form = rule.form { active.add(rule.mask, form) } else { active.isSensitive = true }
            } else if rule.steps[state.step] == .descend {
                let on = State(rule: state.rule, step: state.step + 1)
                if !states.contains(on) { states.append(on) }
            }
            next += 1
        }
        if active.isSensitive { return sensitive(value) }
        guard active.any != 0 || !states.isEmpty else { return nil }
        switch value.kind {
        case .string: return string(value, active, key)
        case .number: return number(value, active, key)
        case .array, .set: return elements(value, states, active, key)
        case .object: return members(value, states, active)
        case .undefined, .null, .boolean: return nil
        }
    }

    private func sensitive(_ value: Value) -> Value {
        guard sensitiveForm == .pseudonym else { return .string("[SENSITIVE]") }
        var json: [UInt8] = []
        JSONWriter.write(value, to: &json)
        var marker: [UInt8] = []
        json.withUnsafeBufferPointer {
            text.writer.write($0, detector: "sensitive", form: .pseudonym, to: &marker)
        }
        return heap.string(utf8: marker)
    }

    // MARK: What is below

    private func led(_ states: [State], by isNext: (JSONPathPattern.Step) -> Bool) -> [State] {
        guard !states.isEmpty else { return [] }
        return states.compactMap { state in
            let steps = rules[state.rule].steps
            guard state.step < steps.count else { return nil }
            let step = steps[state.step]
            if step == .descend { return state }
            return step == .any || isNext(step) ? State(rule: state.rule, step: state.step + 1) : nil
        }
    }

    private mutating func elements(_ value: Value, _ states: [State], _ active: ActiveForms, _ key: Key) -> Value? {
        var changed: [Value]?
        for (place, element) in value.elements.enumerated() {
            location.append(index: place)
            let rewritten = walk(element, led(states) { $0 == .index(place) }, active, key)
            location.removeLast()
            guard let rewritten else { continue }
            if changed == nil { changed = Array(value.elements) }
            changed?[place] = rewritten
        }
        return changed.map { heap.array($0) }
    }

    private mutating func members(_ value: Value, _ states: [State], _ active: ActiveForms) -> Value? {
        var changed: [Entry]?
        var taken: TakenNames?
        for (place, entry) in value.entries.enumerated() {
            let name = entry.key
            var shown: Value?
            if active.any != 0, name.kind == .string, let hidden = text.redacted(name.utf8, active, Key().bytes, 0) {
                if taken == nil { taken = TakenNames(value.entries) }
                let free = heap.string(utf8: taken?.rename(name.utf8, to: hidden.bytes) ?? hidden.bytes)
                location.append(key: free)
                count(hidden.found)
                location.removeLast()
                shown = free
            }
            // What a name says is read from it as it will stand: a second redaction sees no other.
            let bytes = (shown ?? name).utf8
            let key = Key(bytes: bytes, contexts: ContextWords.shared.kinds(inName: bytes))
            location.append(key: shown ?? name)
            let rewritten = walk(entry.value, led(states) { $0.names(name) }, active, key)
            location.removeLast()
            guard shown != nil || rewritten != nil else { continue }
            if changed == nil { changed = Array(value.entries) }
            changed?[place] = Entry(key: shown ?? name, value: rewritten ?? entry.value)
        }
        return changed.map { heap.object($0) }
    }

    // MARK: Texts and numbers

    private mutating func string(_ value: Value, _ active: ActiveForms, _ key: Key) -> Value? {
        guard active.any != 0, let hidden = text.redacted(value.utf8, active, key.bytes, key.contexts) else {
            return nil
        }
        count(hidden.found)
        return heap.string(utf8: hidden.bytes)
    }

    /// A number whose digits are a find becomes a text as a whole.
    private mutating func number(_ value: Value, _ active: ActiveForms, _ key: Key) -> Value? {
        guard active.any != 0 else { return nil }
        var digits: [UInt8] = []
        if let integer = value.int64 {
            digits = Array(String(integer.magnitude).utf8)
        } else {
            value.numberText(into: &digits)
            // A sign is no part of what the digits say.
            if digits.first == UInt8(ascii: "-") { digits.removeFirst() }
        }
        guard let hidden = text.redactedNumber(digits, active, key.bytes, key.contexts) else { return nil }
        count(hidden.found)
        return hidden.bytes.isEmpty ? .null : heap.string(utf8: hidden.bytes)
    }

    private mutating func count(_ detectors: [Int]) {
        guard let isFull = places?.isFull else { return }
        let path = isFull ? "" : location.text { [text] in text.shown($0.utf8) }
        places?.add(detectors.map { names.name(of: $0) }, at: path)
    }
}

extension JSONPathPattern.Step {
    fileprivate func names(_ key: Value) -> Bool {
        if case .member(let name) = self { key.utf8.elementsEqual(name.utf8) } else { false }
    }
}
