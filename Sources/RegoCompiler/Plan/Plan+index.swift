public import RegoValues

extension Plan {
    /// A step of a rule index: looks at one part of the input or at one argument, and goes on with those rules that
    /// it does not rule out.
    public struct Index: Sendable {
        /// The argument's number; -1 for the input.
        public var argument: Int32 = -1
        /// The steps from there to what is looked at.
        public var path: [Value] = []
        /// Rules that need exactly this value: an object from it to their node.
        public var equal = Value.emptyObject
        /// Rules that need a string with this start, by its length in bytes.
        public var prefixes: [Affixes] = []
        /// Rules that need a string with this end, likewise.
        public var suffixes: [Affixes] = []
        /// Rules that do not look at it; -1 for none.
        public var rest: Int32 = -1
        /// A leaf's bodies, as positions in the code.
        public var bodies: [Int32] = []
        public var isLeaf = false
    }

    /// Starts or ends of strings that are equally long, in bytes.
    public struct Affixes: Sendable {
        public var length: Int
        /// An object from each to its node.
        public var nodes: Value
    }
}
