/// A name in the form in which it is asked whether two names may mean one person: without the domain of an address, and
/// without case. `maria`, `Maria` and `maria@acme.example` are one, for a person has an API key, a Slack account and an
/// address at the same time. `person:maria`, as policies name approvers, and `Maria M <maria@acme.example>` are the same one.
///
/// It takes two people for one rather than one for two, so it only ever excludes: whom a policy names is compared to the
/// letter (``Approver/isNamed(in:)``).
struct PersonName: Hashable {
    private let text: String

    init(_ name: String) {
        var bare = name[...]
        if let open = bare.lastIndex(of: "<"), let close = bare.lastIndex(of: ">"), open < close {
            bare = bare[bare.index(after: open)..<close]
        }
        bare = bare.drop { $0.isWhitespace }
        if bare.hasPrefix("person:") { bare = bare.dropFirst("person:".count) }
        while bare.last?.isWhitespace == true { bare.removeLast() }
        let local = bare.lastIndex(of: "@").map { bare[..<$0] } ?? bare
        text = (local.isEmpty ? name[...] : local).lowercased()
    }
}
