internal import RegoValues

/// One case of OPA's compliance suite, as `{"cases": […]}` files hold them.
struct ConformanceCase {
    var id: String
    var query: String
    var modules: [String]
    var data: Value
    var input: Value
    var inputTerm: String?
    var wantedResult: Value
    var wantedCode: String?
    var wantedError: String?
    var isStrict: Bool
    var sortsBindings: Bool

    init?(_ value: Value) {
        guard let id = value.lookup("id").string, let query = value.lookup("query").string else { return nil }
        self.id = id
        self.query = query
        modules = value.lookup("modules").elements.compactMap(\.string)
        data = value.lookup("data")
        input = value.lookup("input")
        inputTerm = value.lookup("input_term").string
        wantedResult = value.lookup("want_result")
        wantedCode = value.lookup("want_error_code").string
        wantedError = value.lookup("want_error").string
        isStrict = value.lookup("strict_error").boolValue ?? false
        sortsBindings = value.lookup("sort_bindings").boolValue ?? false
    }

    var wantsError: Bool { wantedCode != nil || wantedError != nil }
}
