import RegoValues

/// IP addresses and blocks. No builtin here uses the network.
enum NetBuiltins {
    static let family: Builtins.Family = [
        .init("net.cidr_contains", contains), .init("net.cidr_contains_matches", containsMatches),
        .init("net.cidr_intersects", intersects), .init("net.cidr_expand", expand), .init("net.cidr_is_valid", isValid),
        .init("net.cidr_merge", merge), .init("net.lookup_ip_addr", lookup),
    ]

    private static func network(_ value: Value) throws(BuiltinError) -> IPNetwork {
        guard let text = value.string else { throw .wrongType(0, value, ["string"]) }
        guard let network = IPNetwork(text) else { throw .failure("invalid CIDR address: \(text)") }
        return network
    }

    static func intersects(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try network(a[0]), try network(a[1]))
        return .boolean(left.contains(right.first) || right.contains(left.first))
    }

    static func contains(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        .boolean(try contains(a[0], a[1]))
    }

    private static func contains(_ outer: Value, _ inner: Value) throws(BuiltinError) -> Bool {
        let block = try network(outer)
        guard let text = inner.string else { throw .wrongType(0, inner, ["string"]) }
        if let address = IPAddress(text) { return block.contains(address) }
        guard let other = IPNetwork(text) else {
            throw .failure("not a valid textual representation of an IP address or CIDR: \(text)")
        }
        return block.contains(other.first) && block.contains(other.last)
    }

    /// The blocks of an operand, each with what names it in the result.
    private static func candidates(
        _ value: Value, _ operand: Int
    ) throws(BuiltinError) -> [(network: Value, name: Value)] {
        func network(_ element: Value) throws(BuiltinError) -> Value {
            if element.kind == .string { return element }
            guard element.kind == .array, let first = element.elements.first else {
                throw .failure("operand \(operand): element must be string or non-empty array")
            }
            return first
        }
        var found: [(Value, Value)] = []
        switch value.kind {
        case .string: found.append((value, value))
        case .array:
            for (index, element) in value.elements.enumerated() {
                found.append((try network(element), .integer(index)))
            }
        case .set: for element in value.elements { found.append((try network(element), element)) }
        case .object: for entry in value.entries { found.append((try network(entry.value), entry.key)) }
        default: break
        }
        return found
    }

    static func containsMatches(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var pairs: [Value] = []
        let (outer, inner) = (try candidates(a[0], 1), try candidates(a[1], 2))
        for (block, blockName) in outer {
            for (candidate, name) in inner where try contains(block, candidate) {
                pairs.append(context.heap.array([blockName, name]))
            }
            try context.checkLimits()
        }
        return context.heap.set(pairs)
    }

    static func expand(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let network = try network(a[0])
        let hostBits = 128 - network.length
        guard hostBits < 32 else { throw .outOfMemory }
        try context.checkRoom(for: 48 << hostBits)
        var addresses: [Value] = []
        var address = network.first
        for number in 0..<1 << hostBits {
            if number & 1023 == 1023 { try context.checkLimits() }
            addresses.append(context.heap.string(address.text))
            address = address.next
        }
        return context.heap.set(addresses)
    }

    static func isValid(_ a: Arguments, _ context: BuiltinContext) -> Value {
        .boolean(a[0].string.flatMap { IPNetwork($0) } != nil)
    }

    /// The fewest blocks that hold the same addresses.
    static func merge(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        guard a[0].kind == .array || a[0].kind == .set else { throw .failure("operand must be an array") }
        struct Block {
            var first: IPAddress
            var last: IPAddress
            /// The one network that this is; nil once several were joined.
            var network: IPNetwork?
        }
        var blocks: [Block] = []
        for element in a[0].elements {
            let network = try mergeable(element)
            blocks.append(Block(first: network.first, last: network.last, network: network))
        }
        blocks.sort { ($0.last, $0.first) < ($1.last, $1.first) }
        for index in stride(from: blocks.count - 1, to: 0, by: -1) {
            if index & 1023 == 1023 { try context.checkLimits() }
            let block = blocks[index]
            let isLowest =
                block.first == IPAddress(high: 0, low: 0) || block.first == IPAddress(high: 0, low: IPAddress.v4Prefix)
            guard (isLowest ? block.first : block.first.previous) <= blocks[index - 1].last else { continue }
            blocks[index - 1] = Block(first: min(block.first, blocks[index - 1].first), last: block.last, network: nil)
            blocks.remove(at: index)
        }
        let networks = blocks.flatMap { block in
            block.network.map { [$0] } ?? IPNetwork.covering(block.first, block.last)
        }
        return context.heap.set(networks.map { context.heap.string($0.text) })
    }

    /// A block; a lone IPv4 address means the block of its class.
    private static func mergeable(_ value: Value) throws(BuiltinError) -> IPNetwork {
        guard let text = value.string else { throw .failure("element must be string") }
        guard let address = IPAddress(text) else {
            let network = try network(value)
            return IPNetwork(address: network.first, length: network.length)
        }
        guard address.isV4 else { throw .failure("IPv6 invalid: needs prefix length") }
        let top = address.low >> 24 & 255
        return IPNetwork(address: address, length: 96 + (top < 128 ? 8 : (top < 192 ? 16 : 24)))
    }

    /// Addresses and `localhost` only: evaluation reaches no name server.
    static func lookup(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let name = try a.text(0)
        if let address = IPAddress(name) { return context.heap.set([context.heap.string(address.text)]) }
        if name == "localhost" { return context.heap.set([.string("127.0.0.1"), .string("::1")]) }
        throw .failure("unallowed host: \(name)")
    }
}
