import RegoValues

/// What touches the evaluation's surroundings: printing, the runtime, other modules, the network (refused).
enum SystemBuiltins {
    static let family: Builtins.Family = [
        .init("print", printAll), .init("trace", trace), .init("opa.runtime", runtime),
        .init("rego.parse_module", parseModule), .init("http.send", send),
        .init("strings.render_template", renderTemplate),
    ]

    /// A call that the compiler did not turn into `internal.print`.
    static func printAll(_ a: Arguments, _ context: BuiltinContext) -> Value {
        context.printSink?(a.map { $0.string ?? RegoTermWriter.text($0) }.joined(separator: " "))
        return .true
    }

    static func trace(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.printSink?(try a.text(0))
        return .true
    }

    static func runtime(_ a: Arguments, _ context: BuiltinContext) -> Value {
        context.runtime.isUndefined ? .emptyObject : context.runtime
    }

    static func parseModule(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (name, source) = (try a.text(0), try a.text(1))
        guard let parse = context.parseModule else { throw .failure("modules cannot be parsed here") }
        return try parse(name, source, context.heap).get()
    }

    private static let requestKeys: Set<String> = [
        "method", "url", "body", "enable_redirect", "force_json_decode", "force_yaml_decode", "headers", "raw_body",
        "tls_use_system_certs", "tls_ca_cert", "tls_ca_cert_file", "tls_ca_cert_env_variable", "tls_client_cert",
        "tls_client_cert_file", "tls_client_cert_env_variable", "tls_client_key", "tls_client_key_file",
        "tls_client_key_env_variable", "tls_insecure_skip_verify", "tls_server_name", "timeout", "cache",
        "force_cache", "force_cache_duration_seconds", "raise_error", "caching_mode", "max_retry_attempts",
        "cache_ignored_headers",
    ]

    /// Checks the request, and then refuses: decisions never wait for another host.
    static func send(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try checkRequest(try a.object(0))
        let url = a[0].lookup("url").string ?? ""
        let afterScheme = url.split(separator: "://", maxSplits: 1).last ?? ""
        let host = afterScheme.prefix { $0 != "/" && $0 != ":" && $0 != "?" }
        throw .failure("unallowed host: \(host)")
    }

    /// Whether a request, the first operand, has the members it must have and no unknown ones.
    static func checkRequest(_ request: Value) throws(BuiltinError) {
        let keys = Set(request.entries.map { $0.key.string ?? RegoTermWriter.text($0.key) })
        func list(_ keys: some Collection<String>) -> String {
            "{\(keys.sorted().map { GoText.quoted($0) }.joined(separator: ", "))}"
        }
        let unknown = keys.subtracting(requestKeys)
        if !unknown.isEmpty { throw .operand(0, "invalid request parameters(s): \(list(unknown))") }
        let missing = Set(["method", "url"]).subtracting(keys)
        if !missing.isEmpty { throw .operand(0, "missing required request parameters(s): \(list(missing))") }
    }

    /// Fills in one of Go's text templates.
    static func renderTemplate(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (template, values) = (try a.text(0), try a.object(1))
        let text = try TemplateRenderer.render(try TextTemplate(template), values, context)
        try context.checkRoom(for: text.count)
        return context.heap.string(utf8: text)
    }
}
