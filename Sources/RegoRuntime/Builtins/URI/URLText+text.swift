extension URLText {
    /// The URL put together again.
    var text: String {
        var text = scheme.isEmpty ? "" : "\(scheme):"
        if !opaque.isEmpty {
            text += opaque
        } else {
            text += authorityText
            let path = escapedPath
            if !path.isEmpty, path.utf8.first != UInt8(ascii: "/"), !host.isEmpty { text += "/" }
            if text.isEmpty, path.prefix(while: { $0 != "/" }).contains(":") { text += "./" }
            text += path
        }
        if hasEmptyQuery || !rawQuery.isEmpty { text += "?\(rawQuery)" }
        if !fragment.isEmpty {
            text += "#\(rawFragment.isEmpty ? URLEscapes.escape(fragment, in: .fragment) : rawFragment)"
        }
        return text
    }

    private var authorityText: String {
        guard !scheme.isEmpty || !host.isEmpty || user != nil else { return "" }
        if hasNoHost && host.isEmpty && user == nil { return "" }
        var text = host.isEmpty && path.isEmpty && user == nil ? "" : "//"
        if let user {
            text += URLEscapes.escape(user.name, in: .userInfo)
            if let password = user.password { text += ":\(URLEscapes.escape(password, in: .userInfo))" }
            text += "@"
        }
        return text + URLEscapes.escape(host, in: .host)
    }

    /// The path with its escapes as written, or with the default ones where those would not do.
    var escapedPath: String {
        let isKept = rawPath.utf8.allSatisfy { byte in
            "!$&'()*+,;=:@[]%".utf8.contains(byte) || !URLEscapes.needsEscape(byte, in: .path)
        }
        if !rawPath.isEmpty && isKept { return rawPath }
        return path == "*" ? "*" : URLEscapes.escape(path, in: .path)
    }
}
