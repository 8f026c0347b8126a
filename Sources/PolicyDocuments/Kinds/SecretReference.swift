/// Where a secret is. Documents name secrets and never hold them.
public enum SecretReference: Sendable, Hashable {
    /// The environment variable that holds it.
    case environment(String)
    /// The file that holds it, relative to the document.
    case file(String)

    init?(_ node: LocatedNode?) {
        if let name = node?[name: "env"]?.string {
            self = .environment(name)
        } else if let path = node?[name: "file"]?.string {
            self = .file(path)
        } else {
            return nil
        }
    }
}
