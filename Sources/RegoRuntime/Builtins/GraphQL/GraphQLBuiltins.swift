import RegoValues

/// The `graphql` builtins: documents to syntax trees, and whether they are valid.
enum GraphQLBuiltins {
    static let family: Builtins.Family = [
        .init("graphql.parse", parse), .init("graphql.parse_and_verify", parseAndVerify),
        .init("graphql.parse_query", parseQuery), .init("graphql.parse_schema", parseSchema),
        .init("graphql.is_valid", isValid), .init("graphql.schema_is_valid", schemaIsValid),
    ]

    static func parseQuery(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        GraphQL.Encoder(heap: context.heap).encode(try query(try a.string(0), 0))
    }

    static func parseSchema(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        GraphQL.Encoder(heap: context.heap).encode(try schema(try a.string(0), 0))
    }

    static func parse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (query, schema) = try verified(a, context)
        return context.heap.array([query, schema])
    }

    static func parseAndVerify(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        do {
            let (query, schema) = try verified(a, context)
            return context.heap.array([.true, query, schema])
        } catch {
            if error.isFinal { throw error }
            return context.heap.array([.false, .emptyObject, .emptyObject])
        }
    }

    static func isValid(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try succeeds { () throws(BuiltinError) in
            let query = try query(a[0], 0)
            try validate(query, try typeSystem(try schema(a[1], 1), context), context)
        }
    }

    static func schemaIsValid(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try succeeds { () throws(BuiltinError) in
            _ = try typeSystem(try schema(a[0], 0), context)
        }
    }

    /// Everything but a halt counts as invalid.
    private static func succeeds(_ body: () throws(BuiltinError) -> Void) throws(BuiltinError) -> Value {
        do {
            try body()
            return .true
        } catch {
            if error.isFinal { throw error }
            return .false
        }
    }

    /// Both syntax trees, as they were before validation.
    private static func verified(
        _ a: Arguments, _ context: BuiltinContext
    ) throws(BuiltinError) -> (query: Value, schema: Value) {
        let encoder = GraphQL.Encoder(heap: context.heap)
        let queryDocument = try query(a[0], 0)
        let schemaDocument = try schema(a[1], 1)
        let result = (encoder.encode(queryDocument), encoder.encode(schemaDocument))
        try validate(queryDocument, try typeSystem(schemaDocument, context), context)
        return result
    }

    private static func query(_ value: Value, _ position: Int) throws(BuiltinError) -> GraphQL.QueryDocument {
        try document(
            value, position, GraphQL.Parser.query, GraphQL.Decoder.query)
    }

    private static func schema(_ value: Value, _ position: Int) throws(BuiltinError) -> GraphQL.SchemaDocument {
        try document(
            value, position, { (text) throws(GraphQL.Failure) in try GraphQL.Parser.schema(text) },
            GraphQL.Decoder.schema)
    }

    private static func document<Document>(
        _ value: Value, _ position: Int, _ parse: ([UInt8]) throws(GraphQL.Failure) -> Document,
        _ decode: (Value) throws(GraphQL.Failure) -> Document
    ) throws(BuiltinError) -> Document {
        do throws(GraphQL.Failure) {
            switch value.kind {
            case .string: return try parse(Array(value.utf8))
            case .object: return try decode(value)
            default: break
            }
        } catch {
            throw .failure(
                value.kind == .object ? error.message : GraphQL.Failure.report([error], isList: false))
        }
        throw .wrongType(position, value, ["string", "object"])
    }

    private static func typeSystem(
        _ document: GraphQL.SchemaDocument, _ context: BuiltinContext
    ) throws(BuiltinError) -> GraphQL.Schema {
        do throws(GraphQL.SchemaFailure) {
            return try GraphQL.Schema(document, budget: GraphQL.Budget(context))
        } catch {
            switch error {
            case .invalid(let failure):
                throw .failure("Error in gqlparser SchemaDocument to Schema conversion: \(failure.located)")
            case .stopped(let reason): throw reason
            }
        }
    }

    private static func validate(
        _ document: GraphQL.QueryDocument, _ schema: GraphQL.Schema, _ context: BuiltinContext
    ) throws(BuiltinError) {
        let failures = try GraphQL.Validator(schema: schema, document: document, context: context).failures()
        if !failures.isEmpty { throw .failure(GraphQL.Failure.report(failures, isList: true)) }
    }
}
