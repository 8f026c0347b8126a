import Testing

@Suite struct CollectionBuiltinTests {
    @Test(arguments: [
        Call("count", #"["aé😀"]"#, "3"), Call("count", "[{\"set\":[1,1,2]}]", "2"),
        Call("count", "[null]", "type: count: operand 1 must be one of {array, object, set, string} but got null"),
        Call("sum", "[[1,2.5,3]]", "6.5"), Call("sum", "[{\"set\":[]}]", "0"), Call("product", "[[2,3,4]]", "24"),
        Call("sum", "[[1,\"a\"]]", "type: sum: operand 1 must be array of numbers but got array containing string"),
        Call("sum", "[1]", "type: sum: operand 1 must be one of {set, array} but got number"),
        Call("max", "[[1,\"a\",null]]", "\"a\""), Call("min", "[[1,\"a\",null]]", "null"),
        Call("max", "[[]]", "<undefined>"),
        Call("sort", "[[3,\"a\",1,[],{\"set\":[1]},{}]]", #"[1, 3, "a", [], {}, {1}]"#),
    ])
    func `aggregates`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call("array.concat", "[[1],[2,3]]", "[1, 2, 3]"), Call("array.concat", "[[],[]]", "[]"),
        Call("array.concat", "[[1],{}]", "type: array.concat: operand 2 must be array but got object"),
        Call("array.slice", "[[1,2,3,4],1,3]", "[2, 3]"), Call("array.slice", "[[1,2,3],-5,99]", "[1, 2, 3]"),
        Call("array.slice", "[[1,2,3],2,1]", "[]"),
        Call(
            "array.slice", "[[1],0.5,1]",
            "type: array.slice: operand 2 must be integer number but got floating-point number"),
        Call("array.reverse", "[[1,2,3]]", "[3, 2, 1]"),
        Call("array.flatten", "[[1,[2,[3]],{\"set\":[4]}]]", "[1, 2, [3], {4}]"),
    ])
    func `arrays`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call("and", "[{\"set\":[1,2,3]},{\"set\":[2,3,4]}]", "{2, 3}"),
        Call("or", "[{\"set\":[1,3]},{\"set\":[2]}]", "{1, 2, 3}"),
        Call("minus", "[{\"set\":[1,2,3]},{\"set\":[2]}]", "{1, 3}"),
        Call("and", "[{\"set\":[1]},{\"set\":[2]}]", "set()"),
        Call("minus", "[{\"set\":[1]},1]", "type: minus: operand 2 must be set but got number"),
        Call("minus", "[1,{\"set\":[1]}]", "type: minus: operand 2 must be number but got set"),
        Call("minus", "[\"a\",1]", "type: minus: operand 1 must be one of {number, set} but got string"),
        Call("intersection", "[{\"set\":[{\"set\":[1,2]},{\"set\":[2,3]}]}]", "{2}"),
        Call("union", "[{\"set\":[{\"set\":[1]},{\"set\":[2,1]}]}]", "{1, 2}"),
        Call("intersection", "[{\"set\":[]}]", "set()"),
    ])
    func `sets`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call("object.get", #"[{"a":{"b":[1,2]}},["a","b",1],"d"]"#, "2"),
        Call("object.get", #"[{"a":1},"b","d"]"#, "\"d\""),
        Call("object.get", #"[{"a":1},[],"d"]"#, #"{"a": 1}"#),
        Call("object.keys", #"[{"b":1,"a":2}]"#, #"{"a", "b"}"#),
        Call("object.remove", #"[{"a":1,"b":2},["a"]]"#, #"{"b": 2}"#),
        Call("object.filter", #"[{"a":1,"b":2},{"a":9}]"#, #"{"a": 1}"#),
        Call(
            "object.filter", #"[{},null]"#,
            "type: object.filter: operand 2 must be one of {object, set, array} but got null"),
        Call("object.union", #"[{"a":{"b":1},"c":1},{"a":{"d":2},"c":[]}]"#, #"{"a": {"b": 1, "d": 2}, "c": []}"#),
        Call("object.union_n", #"[[{"a":{"b":2}},{"a":4},{"a":{"c":3}}]]"#, #"{"a": {"c": 3}}"#),
        Call(
            "object.union_n", "[[{},1]]",
            "type: object.union_n: operand 1 must be array of objects but got array containing number"),
        Call("object.subset", #"[{"a":{"b":1,"c":2}},{"a":{"b":1}}]"#, "true"),
        Call("object.subset", "[[1,2,3],[2,3]]", "true"),
        Call("object.subset", "[[1,2,3],[1,3]]", "false"), Call("object.subset", "[[1,2,3],{\"set\":[3,1]}]", "true"),
        Call(
            "object.subset", "[1,2]",
            "type: object.subset: both arguments object.subset must be of the same type or array and set"),
    ])
    func `objects`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call("json.filter", #"[{"a":{"b":1,"c":2},"d":[5,6]},["a/b","d/1"]]"#, #"{"a": {"b": 1}, "d": [6]}"#),
        Call("json.remove", #"[{"a":{"b":1,"c":2},"d":[5,6]},["a/b",["d","0"]]]"#, #"{"a": {"c": 2}, "d": [6]}"#),
        Call("json.remove", #"[{"a~b":1,"c/d":2},["a~0b","c~1d"]]"#, "{}"),
        Call("json.remove", "[{},1]", "type: json.remove: operand 2 must be one of {set, array} but got number"),
        Call(
            "json.remove", "[{},[1]]",
            "type: json.remove: operand 2 must be one of {set, array} containing string paths or array of path segments but got number"
        ),
        Call(
            "json.patch", #"[{"a":[1,2]},[{"op":"add","path":"a/-","value":3},{"op":"remove","path":"/a/0"}]]"#,
            #"{"a": [2, 3]}"#),
        Call(
            "json.patch", #"[{"a":1},[{"op":"move","from":"a","path":"b"},{"op":"copy","from":"b","path":"c"}]]"#,
            #"{"b": 1, "c": 1}"#),
        Call("json.patch", #"[{"a":1},[{"op":"test","path":"a","value":2}]]"#, "<undefined>"),
        Call(
            "json.patch",
            #"[{"a":1},[{"op":"replace","path":"a","value":{"b":2}},{"op":"replace","path":"a/b","value":3}]]"#,
            #"{"a": {"b": 3}}"#),
        Call("json.patch", #"[{"a":1},[{"op":"remove","path":"b"}]]"#, "<undefined>"),
        Call("json.patch", #"[{"set":["x"]},[{"op":"add","path":"y","value":"y"}]]"#, #"{"x", "y"}"#),
    ])
    func `paths in documents`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call("graph.reachable", #"[{"a":["b"],"b":["c"],"c":[],"d":[]},["a"]]"#, #"{"a", "b", "c"}"#),
        Call("graph.reachable", "[{},1]", "type: graph.reachable: operand 2 must be {array, set} but got number"),
        Call("graph.reachable_paths", #"[{"a":["b","c"],"b":["a"],"c":[]},["a"]]"#, #"{["a", "b"], ["a", "c"]}"#),
        Call("walk", #"[{"a":[1]}]"#, #"[[[], {"a": [1]}], [["a"], [1]], [["a", 0], 1]]"#),
    ])
    func `graphs`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }
}
