import Redaction
import RegoValues

extension CustomDetectors {
    /// The `kind: Detector` documents as the bundle's data carries them, by name.
    /// - Throws: for anything that is not understood: a detector that looks for something else than its author wrote finds nothing.
    init(_ value: Value) throws(CatalogError) {
        guard !value.isUndefined, value.kind != .null else {
            self = .none
            return
        }
        guard value.kind == .object else { throw CatalogError("`detectors` is not an object") }
        var detectors: [CustomDetector] = []
        for entry in value.entries {
            guard let name = entry.key.string else { throw CatalogError("a detector's name is not a string") }
            detectors.append(try CustomDetectors.detector(name, entry.value))
        }
        do {
            try self.init(detectors)
        } catch {
            throw CatalogError(error.message)
        }
    }

    private static func detector(_ name: String, _ value: Value) throws(CatalogError) -> CustomDetector {
        guard let pattern = value.lookup("pattern").string else {
            throw CatalogError("the detector `\(name)` has no pattern")
        }
        var validators: [FindValidator] = []
        for text in try CatalogError.strings(value.lookup("validators"), "the detector `\(name)`: `validators`") {
            guard let validator = FindValidator(rawValue: text) else {
                throw CatalogError("the detector `\(name)`: there is no validator `\(text)`")
            }
            validators.append(validator)
        }
        let action = value.lookup("action")
        guard let form = action.isUndefined ? .redact : action.string.flatMap(RedactionForm.init(rawValue:)) else {
            throw CatalogError("the detector `\(name)`: its `action` is not known")
        }
        let context = try CatalogError.strings(value.lookup("context"), "the detector `\(name)`: `context`")
        do {
            return try CustomDetector(
                name: name, pattern: pattern, context: context, validators: validators, form: form)
        } catch {
            throw CatalogError(error.message)
        }
    }
}
