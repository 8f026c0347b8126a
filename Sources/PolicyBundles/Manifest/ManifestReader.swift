import RegoValues

/// Reads the members of one JSON object of a manifest and says exactly which one is wrong.
struct ManifestReader {
    let object: Value
    /// The object's place in the manifest, such as `metadata.aegis.`.
    let path: String

    func string(_ name: StaticString) throws(BundleError) -> String {
        guard let text = object.lookup(name).string else { throw wrong(name, "a string") }
        return text
    }

    func optionalString(_ name: StaticString) throws(BundleError) -> String? {
        let value = object.lookup(name)
        if value.isUndefined || value.kind == .null { return nil }
        return try string(name)
    }

    func integer(_ name: StaticString, atLeast least: Int) throws(BundleError) -> Int {
        guard let number = object.lookup(name).int64, number >= least else {
            throw wrong(name, "an integer of at least \(least)")
        }
        return Int(number)
    }

    func strings(_ name: StaticString) throws(BundleError) -> [String] {
        let value = object.lookup(name)
        guard value.kind == .array else { throw wrong(name, "a list of strings") }
        var result: [String] = []
        for element in value.elements {
            guard let text = element.string else { throw wrong(name, "a list of strings") }
            result.append(text)
        }
        return result
    }

    /// Empty where the member is not there.
    func optionalStrings(_ name: StaticString) throws(BundleError) -> [String] {
        object.lookup(name).isUndefined ? [] : try strings(name)
    }

    func child(_ name: StaticString) throws(BundleError) -> ManifestReader {
        let value = object.lookup(name)
        guard value.kind == .object else { throw wrong(name, "an object") }
        return ManifestReader(object: value, path: "\(path)\(name).")
    }

    func optionalChild(_ name: StaticString) throws(BundleError) -> ManifestReader? {
        let value = object.lookup(name)
        return value.isUndefined || value.kind == .null ? nil : try child(name)
    }

    func children(_ name: StaticString) throws(BundleError) -> [ManifestReader] {
        let value = object.lookup(name)
        guard value.kind == .array, value.elements.allSatisfy({ $0.kind == .object }) else {
            throw wrong(name, "a list of objects")
        }
        return value.elements.enumerated().map { ManifestReader(object: $1, path: "\(path)\(name)[\($0)].") }
    }

    /// Refuses members that nobody knows: a field that is not understood is not obeyed either.
    func checkNames(_ known: Set<String>) throws(BundleError) {
        for entry in object.entries {
            let name = entry.key.string ?? ""
            guard known.contains(name) else {
                throw BundleError(
                    .manifestInvalid, "`\(path)\(name)` is not known in a manifest", in: BundleManifest.path)
            }
        }
    }

    func wrong(_ name: StaticString, _ expected: String) -> BundleError {
        BundleError(.manifestInvalid, "`\(path)\(name)` must be \(expected)", in: BundleManifest.path)
    }
}
