import Decisions
import ObjectStores
import PolicyBundles
import RegoSyntax

/// A refusal in the words of the record, and the code under which it is counted.
struct RefusalText: Sendable, Hashable {
    let code: String
    let message: String

    init(_ error: any Error) {
        switch error {
        case let error as BundleRefusal:
            code = error.errors.first?.code.rawValue ?? "bundle.refused"
            message = error.description
        case let error as BundleError:
            code = error.code.rawValue
            message = error.description
        case let error as BundleStoreError:
            code = error.code.rawValue
            message = error.description
        case let error as ObjectStoreError:
            code = error.code.rawValue
            message = error.description
        case let error as PolicyError:
            code = "policy.\(error.code.replacing("_", with: "-"))"
            message = error.description
        case let error as Diagnostics:
            code = "policy.invalid"
            message = error.all.map(\.rendered).joined(separator: "\n")
        case let error as DeliveryError:
            code = error.code.rawValue
            message = error.description
        default:
            code = "bundle.refused"
            message = "\(error)"
        }
    }
}
