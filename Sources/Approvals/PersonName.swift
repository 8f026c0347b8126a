/// A name in the form in which it is asked whether two names may mean one person: without the domain of an address, and
/// without case. `maria`, `Maria` and `maria@acme.example` are one, for a person has an API key, a Slack account and an
/// address at the same time.
///
/// It takes two people for one rather than one for two, so it only ever excludes: whom a policy names is compared to the
/// letter (``Approver/isNamed(in:)``).
struct PersonName: Hashable {
    private let text: String

    init(_ name: String) {
        let local = name.lastIndex(of: "@").map { name[..<$0] } ?? name[...]
        text = (local.isEmpty ? name[...] : local).lowercased()
    }
}
