import RegoRuntime
import RegoValues
import Testing

@Suite struct NumberBuiltinTests {
    @Test(arguments: [
        Call("plus", "[1,2]", "3"), Call("div", "[1,0]", "failure: div: divide by zero"),
        Call("rem", "[7,0]", "failure: rem: modulo by zero"),
        Call("rem", "[1.1,1]", "failure: rem: modulo on floating-point number"),
        Call("plus", "[\"a\",1]", "type: plus: operand 1 must be number but got string"),
        Call("round", "[2.5]", "3"), Call("ceil", "[1.01]", "2"), Call("floor", "[-1.001]", "-2"),
        Call("abs", "[-9223372036854775808]", "9223372036854775808"),
        Call("bits.and", "[12,10]", "8"), Call("bits.or", "[12,3]", "15"), Call("bits.xor", "[-1,5]", "-6"),
        Call("bits.negate", "[5]", "-6"),
        Call("bits.lsh", "[1,70]", "1180591620717411303424"), Call("bits.rsh", "[-5,1]", "-3"),
        Call(
            "bits.lsh", "[1,-1]",
            "type: bits.lsh: operand 2 must be an unsigned integer number but got a negative integer"),
        Call("bits.or", "[1.5,1]", "type: bits.or: operand 1 must be integer number but got floating-point number"),
        Call("numbers.range", "[1,3]", "[1, 2, 3]"), Call("numbers.range", "[3,1]", "[3, 2, 1]"),
        Call("numbers.range_step", "[0,10,4]", "[0, 4, 8]"),
        Call(
            "numbers.range", "[9223372036854775806,9223372036854775807]", "[9223372036854775806, 9223372036854775807]"),
        Call(
            "numbers.range", "[18446744073709551614,18446744073709551616]",
            "[18446744073709551614, 18446744073709551615, 18446744073709551616]"),
        Call(
            "numbers.range_step", "[1,2,0]",
            "failure: numbers.range_step: numbers.range_step: step must be a positive integer"),
        Call(
            "numbers.range", "[1,1.5]",
            "type: numbers.range: operand 2 must be integer number but got floating-point number"),
        Call("numbers.range", "[0,1000000000000]", "memory: evaluation needs more memory than its limit"),
        Call("to_number", "[\"1.50\"]", "1.50"), Call("to_number", "[null]", "0"), Call("to_number", "[true]", "1"),
        Call("to_number", "[\"+.5\"]", "0.5"), Call("to_number", "[\"1e308\"]", "1e308"),
        Call(
            "to_number", "[\"-1e309\"]",
            #"failure: to_number: strconv.ParseFloat: parsing "-1e309": value out of range"#),
        Call("to_number", "[\"x\"]", #"failure: to_number: strconv.ParseFloat: parsing "x": invalid syntax"#),
        Call(
            "to_number", "[[]]",
            "type: to_number: operand 1 must be one of {null, boolean, number, string} but got array"),
        Call("type_name", "[{\"set\":[]}]", "\"set\""), Call("is_object", "[{}]", "true"),
        Call("lt", "[1,\"a\"]", "true"), Call("gte", "[1.0,1]", "true"),
        Call("rand.intn", "[\"a\",0]", "0"),
    ])
    func `numbers and types`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test func `a random number is the same within an evaluation and repeatable by seed`() throws {
        let (first, second) = (BuiltinHarness(randomSeed: 1), BuiltinHarness(randomSeed: 1))
        let value = try first.answer("rand.intn", "[\"key\",1000000]")
        #expect(try first.answer("rand.intn", "[\"key\",1000000]") == value)
        #expect(try second.answer("rand.intn", "[\"key\",1000000]") == value)
        #expect(try BuiltinHarness(randomSeed: 2).answer("rand.intn", "[\"key\",1000000]") != value)
    }

    @Test func `every builtin has a signature and the arity it says`() {
        #expect(Set(Builtins.all.map(\.name)).count == Builtins.all.count)
        for builtin in Builtins.all { #expect(BuiltinSignature.all[builtin.name] == builtin.signature) }
        #expect(Builtins.all.count == Builtins.declaredCount)
    }
}
