public import RegoSyntax
public import RegoValues

/// A query and all that it needs, ready to run: immutable, shared by all threads.
///
/// Unchecked Sendable: nothing is written after `init`.
public final class Plan: @unchecked Sendable {
    /// One rule, function, package or query of the plan.
    @frozen
    public struct Function: BitwiseCopyable, Sendable {
        public var entry: Int32
        public var registers: Int32
        public var arity: Int32
        /// Where its result is kept within one evaluation; -1 for none, -2 for a function whose results are kept by its
        /// arguments.
        public var memo: Int32

        public static var keptByArguments: Int32 { -2 }
        /// Functions of more arguments are not kept.
        public static var mostKeptArguments: Int { 4 }
    }

    /// A node of the document tree, for references whose path is only known when they run.
    public struct Node: Sendable {
        public var children: [Child]
        /// The function that yields the node's rules; -1 for packages.
        public var function: Int32
        /// The function that yields the whole node; -1 when `function` does.
        public var extent: Int32
        /// Overrides that replace the node.
        public var overrides: [Int32]
    }

    public struct Child: Sendable {
        public var key: Value
        public var node: Int32
    }

    /// Code, functions and constants once more, for a machine that reads them without retaining anything.
    public let codePointer: UnsafePointer<Instruction>
    public let functionPointer: UnsafePointer<Function>
    public let constantPointer: UnsafePointer<Value>
    public let indexes: UnsafeBufferPointer<Index>
    public let code: [Instruction]
    /// Which of `locations` each instruction belongs to.
    public let codeLocations: [Int32]
    public let locations: [SourceLocation]
    public let functions: [Function]
    public let functionNames: [String]
    public let memoCount: Int
    /// What negative operands name; the first is undefined.
    public let constants: [Value]
    public let nodes: [Node]
    public let overrideCount: Int
    /// The function of each replaceable: an index into `functions`, or `~` of a builtin's index.
    public let replaceables: [Int32]
    public let data: Value
    /// The function that runs the query.
    public let query: Int32
    /// The query's variables, in the order in which each result's row has them.
    public let variables: [String]
    /// How many captured expression values follow the variables in a row.
    public let captureCount: Int
    /// Whether the query is one term: it then returns its first value instead of rows.
    public let isSingleValue: Bool
    /// Own the memory of constants and data.
    private let memory: ConstantMemory
    private let document: Document?

    init(
        code: [Instruction], codeLocations: [Int32], locations: [SourceLocation], functions: [Function],
        functionNames: [String], memoCount: Int, constants: [Value], nodes: [Node], indexes: [Index],
        overrideCount: Int,
        replaceables: [Int32], data: Value, query: Int32, variables: [String], captureCount: Int,
        isSingleValue: Bool, memory: ConstantMemory, document: Document?
    ) {
        codePointer = Self.copy(code)
        functionPointer = Self.copy(functions)
        constantPointer = Self.copy(constants)
        self.code = code
        self.codeLocations = codeLocations
        self.locations = locations
        self.functions = functions
        self.functionNames = functionNames
        self.memoCount = memoCount
        self.constants = constants
        self.nodes = nodes
        self.indexes = Self.copy(indexes)
        self.overrideCount = overrideCount
        self.replaceables = replaceables
        self.data = data
        self.query = query
        self.variables = variables
        self.captureCount = captureCount
        self.isSingleValue = isSingleValue
        self.memory = memory
        self.document = document
    }

    deinit {
        codePointer.deallocate()
        functionPointer.deallocate()
        constantPointer.deallocate()
        UnsafeMutableBufferPointer(mutating: indexes).deinitialize().deallocate()
    }

    private static func copy(_ indexes: [Index]) -> UnsafeBufferPointer<Index> {
        let memory = UnsafeMutableBufferPointer<Index>.allocate(capacity: indexes.count)
        _ = memory.initialize(from: indexes)
        return UnsafeBufferPointer(memory)
    }

    private static func copy<T: BitwiseCopyable>(_ items: [T]) -> UnsafePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: max(items.count, 1))
        memory.initialize(from: items, count: items.count)
        return UnsafePointer(memory)
    }
}
