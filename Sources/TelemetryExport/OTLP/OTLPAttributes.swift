extension [OTLPKeyValue] {
    /// Texts under their names.
    init(_ pairs: [(name: String, value: String)]) {
        self = pairs.map { pair in
            var entry = OTLPKeyValue()
            entry.key = pair.name
            entry.value.stringValue = pair.value
            return entry
        }
    }
}

extension OTLPResource {
    init(_ pairs: [(name: String, value: String)]) {
        self.init()
        attributes = [OTLPKeyValue](pairs)
    }
}

extension OTLPInstrumentationScope {
    static let name = "aegis"

    static func aegis(version: String) -> OTLPInstrumentationScope {
        var scope = OTLPInstrumentationScope()
        scope.name = Self.name
        scope.version = version
        return scope
    }
}
