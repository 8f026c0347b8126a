public import Crypto
public import RegoValues

/// Rewrites JSON values: the same value, orders, detectors and key give the same result, everywhere and always.
///
/// What it leaves has no find any more of the detectors that it was told to use, and redacting it again changes nothing.
public struct Redactor: Sendable {
    private let key: SymmetricKey

    /// The built-in detectors, in the order that decides between finds of one length at one place.
    public static let detectorNames: [String] = DetectorTable.shared.detectors.map(\.name)

    /// - Parameter pseudonymKey: 32 random bytes that stay with the gateway.
    public init(pseudonymKey: SymmetricKey) { key = pseudonymKey }

    /// Whose values are rewritten, and with what detectors of its own.
    public struct Scope: Sendable {
        public var tenant: String
        public var detectors: CustomDetectors

        public init(tenant: String, detectors: CustomDetectors = .none) {
            self.tenant = tenant
            self.detectors = detectors
        }

        public func knows(_ detector: String) -> Bool { detectors.names.contains(detector) }
    }

    /// The value with everything rewritten that the orders name, and what was found where, sorted by path and detector.
    /// Names of detectors that there are not find nothing: ask ``Scope/knows(_:)`` before.
    public func sanitize(_ value: Value, _ orders: [RedactionOrder], in scope: Scope, heap: Heap)
        -> (value: Value, places: [RedactedPlace])
    {
        var walk = RedactionWalk(scope: scope, writer: writer(scope.tenant), heap: heap, tellsPlaces: true)
        for order in orders {
            for (form, mask) in walk.masks(of: order) {
                for path in order.paths {
                    walk.rules.append(RedactionWalk.Rule(steps: path.steps, mask: mask, form: form))
                }
            }
        }
        let result = walk.run(value)
        return (result, walk.places?.sorted ?? [])
    }

    /// The value as people and logs may see it: sensitive places are gone, and so is whatever any detector finds.
    /// - Parameter tellsApart: whether pseudonyms stand in their places, so that two values which are not the same do not look the
    ///   same: `[iban:gtbkqzrvmwnxphdl]`, `[sensitive:pmxkqoewbtzrnhvd]`.
    public func view(
        _ value: Value, sensitive: [JSONPathPattern], in scope: Scope, tellsApart: Bool = false, heap: Heap
    ) -> Value {
        var walk = RedactionWalk(scope: scope, writer: writer(scope.tenant), heap: heap, tellsPlaces: false)
        walk.sensitiveForm = tellsApart ? .pseudonym : .redact
        walk.rules = sensitive.map { RedactionWalk.Rule(steps: $0.steps, mask: 0, form: nil) }
        walk.rules.append(RedactionWalk.Rule(steps: [], mask: walk.all, form: walk.sensitiveForm))
        return walk.run(value)
    }

    /// A text as people and logs may see it.
    public func view(_ text: String, in scope: Scope) -> String {
        let heap = Heap()
        return withExtendedLifetime(heap) { view(heap.string(text), sensitive: [], in: scope, heap: heap).string ?? "" }
    }

    func writer(_ tenant: String) -> FindWriter { FindWriter(key: key, tenant: tenant) }

    /// One find in a plain text, in bytes.
    public struct TextFind: Sendable, Hashable {
        public var range: Range<Int>
        public var detector: String

        public init(range: Range<Int>, detector: String) {
            self.range = range
            self.detector = detector
        }
    }

    /// What stands in a plain text, in its order and without overlaps.
    /// - Parameter detectors: their names; nil for all.
    public static func finds(
        in text: UnsafeBufferPointer<UInt8>, detectors: Set<String>? = nil, custom: CustomDetectors = .none
    ) -> [TextFind] {
        let names = DetectorNames(custom)
        let mask = detectors.map { names.mask(of: Array($0)) } ?? names.all
        let nobody = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        return TextScanner(table: .shared, customs: custom)
            .finds(in: text, mask: mask, key: nobody, keyContexts: 0)
            .map { TextFind(range: $0.range, detector: names.name(of: $0.detector)) }
    }
}

/// Detectors by number and by name: the built-in ones, then the tenant's.
struct DetectorNames {
    let customs: CustomDetectors

    private static let builtIn = Redactor.detectorNames
    private static let numbers = Dictionary(uniqueKeysWithValues: Redactor.detectorNames.enumerated().map { ($1, $0) })

    init(_ customs: CustomDetectors) { self.customs = customs }

    var all: UInt64 { (1 << UInt64(DetectorNames.builtIn.count + customs.detectors.count)) - 1 }

    func name(of index: Int) -> String {
        let own = index - DetectorNames.builtIn.count
        return own < 0 ? DetectorNames.builtIn[index] : customs.detectors[own].name
    }

    func mask(of names: [String]) -> UInt64 {
        var mask: UInt64 = 0
        for name in names { mask |= index(of: name).map { 1 << UInt64($0) } ?? 0 }
        return mask
    }

    func index(of name: String) -> Int? {
        DetectorNames.numbers[name]
            ?? customs.detectors.firstIndex { $0.name == name }.map { $0 + DetectorNames.builtIn.count }
    }

    /// The detectors of a mask by what becomes of their finds where nobody says.
    func byForm(_ mask: UInt64) -> [(RedactionForm, UInt64)] {
        var forms: [RedactionForm: UInt64] = [:]
        for (index, detector) in customs.detectors.enumerated() where detector.form != .redact {
            let bit: UInt64 = 1 << UInt64(DetectorNames.builtIn.count + index)
            if mask & bit != 0 { forms[detector.form, default: 0] |= bit }
        }
        let rest = forms.values.reduce(mask) { $0 & ~$1 }
        return (rest == 0 ? [] : [(.redact, rest)]) + forms.map { ($0.key, $0.value) }
    }
}
