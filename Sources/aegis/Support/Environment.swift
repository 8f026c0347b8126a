extension [String: String] {
    /// The value of a variable; one that is empty is as good as none.
    func given(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
