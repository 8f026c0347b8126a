/// What one way of proving identity makes of a call's credentials.
public enum IdentityFinding: Sendable, Hashable {
    /// The call carries nothing that this prover answers for.
    case absent
    /// It carries something that this prover answers for, and that does not hold. The text says why, without the credential.
    case refused(String)
    case proven(Caller)
}

/// Turns credentials into a caller. Implementers MUST find proven only what is proven, and MUST take the tenant from the
/// credential or from what vouches for it, never from the call.
public protocol IdentityProver: Sendable {
    func examine(_ credentials: Credentials) -> IdentityFinding
}

extension IdentityProver {
    /// The caller, where one is proven.
    public func prove(_ credentials: Credentials) -> Caller? {
        if case .proven(let caller) = examine(credentials) { caller } else { nil }
    }
}

/// Asks provers in their configured order. The first one that answers for something the call carries decides: a credential
/// that does not hold is never passed over for a weaker one.
public struct OrderedProver: IdentityProver {
    private let provers: [any IdentityProver]

    public init(_ provers: [any IdentityProver]) {
        self.provers = provers
    }

    public func examine(_ credentials: Credentials) -> IdentityFinding {
        for prover in provers {
            let finding = prover.examine(credentials)
            if finding != .absent { return finding }
        }
        return .absent
    }
}
