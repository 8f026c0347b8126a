public import PolicyBundles

/// The answer to "which agents are switched off".
public enum StopsAnswer: Sendable, Hashable {
    /// No agent of the tenant was ever switched here.
    case none
    /// The list that the asker has.
    case unchanged
    case list(SignedStopList, tag: String)
}

/// The signed list of a tenant's switched agents, `TENANT/stops`. Nothing of it is believed here.
extension ObjectBundleStore {
    /// - Parameter known: the tag that came with the list that the asker has.
    /// - Throws: ``BundleStoreError`` `.unavailable`, `.corrupt` and ``BundleError`` `.stopsInvalid` for what is no list.
    public func stops(tenant: String, unless known: String?) async throws -> StopsAnswer {
        let key = try BundleKeys.stops(tenant)
        let answer = try await Self.translated { () async throws(ObjectStoreError) in
            // A line end may stand behind the token.
            try await objects.get(key, unless: known.map(ObjectTag.init), limit: SignedStopList.limit + 1)
        }
        switch answer {
        case .absent: return .none
        case .unchanged: return .unchanged
        case .object(let bytes, let tag): return .list(try Self.stops(bytes), tag: tag.text)
        }
    }

    /// What stands where the list belongs.
    public enum StopsThere: Sendable {
        case nothing
        case list(SignedStopList)
        /// No list, or one too large to be taken.
        case rubbish
    }

    /// Writes the list that `next` makes of the one that is there, on the condition that it still is. Where somebody else was faster,
    /// `next` is asked again, knowing the other's.
    /// - Parameter next: nil where nothing is to be changed.
    /// - Throws: what `next` throws; ``BundleStoreError`` `.contended`, `.unavailable`.
    public func changeStops(tenant: String, _ next: (StopsThere) throws -> SignedStopList?) async throws {
        let key = try BundleKeys.stops(tenant)
        for _ in 0..<Self.attempts {
            let (there, tag) = try await stopsThere(key)
            guard let list = try next(there) else { return }
            do throws(ObjectStoreError) {
                _ = try await objects.put(
                    Array("\(list.token)\n".utf8), at: key, when: tag.map(PutCondition.unchanged) ?? .absent)
                return
            } catch {
                guard error.code == .conditionFailed else { throw Self.translated(error) }
            }
        }
        throw BundleStoreError(
            .contended, "others wrote the list of switched agents again and again", location: place(key),
            fix: "switch the agent again")
    }

    /// What is too large is read for its tag all the same: it shall not stand in the way.
    private func stopsThere(_ key: String) async throws -> (StopsThere, ObjectTag?) {
        let answer = try await Self.translated { () async throws(ObjectStoreError) in
            try await objects.get(key, unless: nil, limit: Self.largestRubbish)
        }
        guard case .object(let bytes, let tag) = answer else { return (.nothing, nil) }
        guard let list = try? Self.stops(bytes) else { return (.rubbish, tag) }
        return (.list(list), tag)
    }

    private static let largestRubbish = 256 << 20

    private static func stops(_ bytes: [UInt8]) throws(BundleError) -> SignedStopList {
        try SignedStopList(token: String(validating: bytes, as: UTF8.self) ?? "")
    }
}
