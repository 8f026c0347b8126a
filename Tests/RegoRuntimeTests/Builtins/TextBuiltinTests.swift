import RegoValues
import Testing

@Suite struct TextBuiltinTests {
    @Test(arguments: [
        Call("concat", #"["/",["a","b","c"]]"#, #""a/b/c""#), Call("concat", #"["/",[]]"#, #""""#),
        Call(
            "concat", #"["/",["a",1]]"#,
            "type: concat: operand 2 must be array of strings but got array containing number"),
        Call("indexof", #"["aé😀b","b"]"#, "3"), Call("indexof", #"["abc","x"]"#, "-1"),
        Call("indexof", #"["abc",""]"#, "failure: indexof: empty search character"),
        Call("indexof_n", #"["aaa","aa"]"#, "[0, 1]"), Call("substring", #"["aé😀b",1,2]"#, #""é😀""#),
        Call("substring", #"["abc",1,-1]"#, #""bc""#), Call("substring", #"["abc",5,1]"#, #""""#),
        Call("substring", #"["abc",-1,1]"#, "failure: substring: negative offset"),
        Call("split", #"["a/b//c","/"]"#, #"["a", "b", "", "c"]"#), Call("split", #"["aé",""]"#, #"["a", "é"]"#),
        Call("split", #"["",","]"#, #"[""]"#), Call("strings.split_n", #"["a,b,c",",",2]"#, #"["a", "b,c"]"#),
        Call("lower", #"["ÀİBc"]"#, #""àibc""#),
        Call("upper", #"["ᾳŉ"]"#, #""ᾼŉ""#), Call("upper", #"["straße"]"#, #""STRAßE""#),
        Call("strings.count", #"["cheese","e"]"#, "3"), Call("strings.reverse", #"["aé😀"]"#, #""😀éa""#),
        Call("trim", #"["xxabxx","x"]"#, #""ab""#), Call("trim_left", #"["xyab","yx"]"#, #""ab""#),
        Call("trim_right", #"["abxy","yx"]"#, #""ab""#), Call("trim_prefix", #"["foobar","foo"]"#, #""bar""#),
        Call("trim_suffix", #"["foobar","bar"]"#, #""foo""#), Call("trim_space", #"[" \t a \n"]"#, #""a""#),
        Call("replace", #"["banana","an","x"]"#, #""bxxa""#), Call("replace", #"["ab","","-"]"#, #""-a-b-""#),
        Call("strings.replace_n", #"[{"<":"&lt;",">":"&gt;"},"<b>"]"#, #""&lt;b&gt;""#),
        Call(
            "strings.replace_n", #"[{"a":1},"x"]"#,
            "type: strings.replace_n: operand 1 non-string value found in pattern object"),
        Call("strings.any_prefix_match", #"[["a/b","c"],["x","c"]]"#, "true"),
        Call("strings.any_suffix_match", #"["a/b",{"set":["/b"]}]"#, "true"),
        Call(
            "strings.any_prefix_match", "[1,[]]",
            "type: strings.any_prefix_match: operand 1 must be one of {string, set, array} but got number"),
        Call("format_int", "[15.5,16]", #""f""#), Call("format_int", "[-10,2]", #""-1010""#),
        Call("format_int", "[4.1,199]", "type: format_int: operand 2 must be one of {2, 8, 10, 16}"),
    ])
    func `strings`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        ("%d %s", #"[1,"a"]"#, "1 a"), ("%v", #"[{"a":[1,"x"]}]"#, #"{"a": [1, "x"]}"#),
        ("%s", "[123456789123456789123]", "123456789123456789123"),
        ("%5d|%-5d|%05d|%+d", "[42,42,42,42]", "   42|42   |00042|+42"),
        ("%x %X %o %b %#x", "[255,255,8,5,255]", "ff FF 10 101 0xff"),
        ("%.2f", "[3.14159]", "3.14"), ("%8.3f|", "[3.14159]", "   3.142|"), ("%e", "[1234.5]", "1.234500e+03"),
        ("%g", "[0.00001]", "1e-05"),
        ("%v %v", "[1.5,1e21]", "1.5 1e+21"), ("%q", #"["a\"b"]"#, #""a\"b""#), ("%d", #"["a"]"#, "%!d(string=a)"),
        ("%s", "[1]", "%!s(int=1)"), ("%s", "[1.5]", "%!s(float64=1.5)"), ("%f", "[1]", "%!f(int=1)"),
        ("%d %d", "[1]", "1 %!d(MISSING)"),
        ("%d", "[1,2]", "1%!(EXTRA int=2)"), ("100%%", "[]", "100%"), ("%", "[]", "%!(NOVERB)"),
        ("%[2]d %[1]d", "[1,2]", "2 1"),
        ("%5s|%-5s|%.1s", #"["é","é","éa"]"#, "    é|é    |é"), ("%t", "[true]", "%!t(string=true)"),
        ("%v", "[null]", "null"),
        ("%*d", "[5,42]", "   42"), ("%c%U", "[233,233]", "éU+00E9"), ("%x", #"["hi"]"#, "6869"),
        ("%T", "[1.5]", "float64"), ("%.2f", "[123456789012345678901]", "%!f(big.Int=123456789012345678901)"),
        ("%x", "[18446744073709551616]", "10000000000000000"),
    ])
    func `sprintf formats as Go does`(format: String, arguments: String, expected: String) throws {
        let harness = BuiltinHarness()
        #expect(try harness.call("sprintf", "[\"\(format)\",\(arguments)]").string == expected)
    }

    @Test(arguments: [
        Call("base64.encode", #"["hello"]"#, #""aGVsbG8=""#), Call("base64.decode", #"["aGVsbG8="]"#, #""hello""#),
        Call("base64.decode", #"["aGVsbG8"]"#, "failure: base64.decode: illegal base64 data at input byte 4"),
        Call("base64.is_valid", #"["a==="]"#, "false"), Call("base64url.encode", #"["??>"]"#, #""Pz8-""#),
        Call("base64url.encode_no_pad", #"["a"]"#, #""YQ""#), Call("base64url.decode", #"["YQ"]"#, #""a""#),
        Call("hex.encode", #"["hi"]"#, #""6869""#), Call("hex.decode", #"["6869"]"#, #""hi""#),
        Call("hex.decode", #"["686"]"#, "failure: hex.decode: encoding/hex: odd length hex string"),
        Call("hex.decode", #"["zz"]"#, "failure: hex.decode: encoding/hex: invalid byte: U+007A 'z'"),
        Call("urlquery.encode", #"["a b&c=é~"]"#, #""a+b%26c%3D%C3%A9~""#),
        Call("urlquery.decode", #"["a+b%26"]"#, #""a b&""#),
        Call("urlquery.decode", #"["%zz"]"#, #"failure: urlquery.decode: invalid URL escape "%zz""#),
        Call("urlquery.encode_object", #"[{"b":["x","y"],"a":"1 2"}]"#, #""a=1+2&b=x&b=y""#),
        Call(
            "urlquery.encode_object", #"[{"a":1}]"#,
            "type: urlquery.encode_object: operand 1 values must be string, array[string], or set[string]"),
        Call("urlquery.decode_object", #"["a=1&b=x&b=y&c"]"#, #"{"a": ["1"], "b": ["x", "y"], "c": [""]}"#),
        Call("json.marshal", #"[{"a":["<",1.0,{"set":[2,1]}]}]"#, #""{\"a\":[\"\\u003c\",1.0,[1,2]]}""#),
        Call("json.marshal_with_options", #"[{"a":1},{"indent":" ","prefix":">"}]"#, #"">{\n> \"a\": 1\n>}""#),
        Call(
            "json.marshal_with_options", #"[{},{"x":1}]"#,
            "type: json.marshal_with_options: operand 2 object contained unknown key x"),
        Call("json.unmarshal", #"["{\"a\":1,\"a\":2}"]"#, #"{"a": 2}"#), Call("json.is_valid", #"["{"]"#, "false"),
        Call("json.is_valid", "[1]", "false"),
    ])
    func `encodings`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call(
            "yaml.unmarshal", #"["a: 1\nb:\n- x\n- {c: yes, d: 0x1F}\n2: 1.5"]"#,
            #"{"2": 1.5, "a": 1, "b": ["x", {"c": true, "d": 31}]}"#),
        Call("yaml.unmarshal", #"["a: &x {k: 1}\nb:\n  <<: *x\n  l: 2"]"#, #"{"a": {"k": 1}, "b": {"k": 1, "l": 2}}"#),
        Call("yaml.unmarshal", #"["'1'"]"#, #""1""#), Call("yaml.unmarshal", #"[""]"#, "null"),
        Call("yaml.unmarshal", "[1]", "type: yaml.unmarshal: operand 1 must be string but got number"),
        Call("yaml.is_valid", #"["a: [1"]"#, "false"), Call("yaml.is_valid", #"["a: [1]"]"#, "true"),
        Call("yaml.is_valid", "[1]", "false"),
        Call(
            "yaml.marshal", #"[{"b":[1,{"c":"x y"}],"a":{"d":[]},"e":"true","f":"a: b"}]"#,
            #""a:\n  d: []\nb:\n- 1\n- c: x y\ne: \"true\"\nf: 'a: b'\n""#),
    ])
    func `YAML`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: ["[", "- ", "{a: "])
    func `deep YAML is refused before it is read`(mark: String) throws {
        let text = String(repeating: mark, count: 100_000)
        #expect(
            try BuiltinHarness().answer("yaml.unmarshal", "[\"\(text)\"]")
                == "failure: yaml.unmarshal: yaml: nested deeper than the limit of 200")
    }

    @Test(arguments: [
        (3, "memory: evaluation needs more memory than its limit"),
        (8, "failure: yaml.unmarshal: yaml: more than 32 aliases"),
    ])
    func `YAML that repeats itself without end stops at the limits`(times: Int, answer: String) throws {
        let x = #"\"x\""#
        var text = "a: &a [" + Array(repeating: x, count: 300).joined(separator: ",") + #"]\n"#
        for (name, previous) in zip("bcdefghijk", "abcdefghij") {
            let alias = (0..<times).map { _ in "*\(previous)" }.joined(separator: ",")
            text += "\(name): &\(name) [\(alias)]\\n"
        }
        #expect(try BuiltinHarness().answer("yaml.unmarshal", "[\"\(text)\"]") == answer)
    }

    @Test(arguments: [
        Call("regex.match", #"["^a.c$","abc"]"#, "true"),
        Call("regex.match", #"["[","x"]"#, "failure: regex.match: error parsing regexp: missing closing ]: `[`"),
        Call("regex.is_valid", #"["(a"]"#, "false"), Call("regex.split", #"["z+","pizza"]"#, #"["pi", "a"]"#),
        Call("regex.split", #"["","abc"]"#, #"["a", "b", "c"]"#),
        Call("regex.find_n", #"["a.","paranormal",-1]"#, #"["ar", "an", "al"]"#),
        Call("regex.find_n", #"["a*","baaac",-1]"#, #"["", "aaa", ""]"#),
        Call("regex.find_n", #"["a.","paranormal",2]"#, #"["ar", "an"]"#),
        Call("regex.find_all_string_submatch_n", #"["a(x*)b","-axxb-ab-",-1]"#, #"[["axxb", "xx"], ["ab", ""]]"#),
        Call("regex.replace", #"["-ab-axxb-","a(x*)b","${1}W$$"]"#, #""-W$-xxW$-""#),
        Call("regex.replace", #"["abc","","-"]"#, #""-a-b-c-""#),
        Call("regex.replace", #"["ab","(?P<x>a)","[$x]"]"#, #""[a]b""#),
        Call("regex.template_match", #"["urn:{.*}:b","urn:foo:b","{","}"]"#, "true"),
        Call(
            "regex.template_match", #"["{a","a","{","}"]"#, #"failure: regex.template_match: unbalanced braces in "{a""#
        ),
        Call("regex.globs_match", #"["a.a.[0-9]+z",".b.b2359825792*594823z"]"#, "true"),
        Call("regex.globs_match", #"["[a-z]+","[0-9]*"]"#, "false"),
        Call(
            "regex.globs_match", #"["pqrs]","[a-b]+"]"#,
            "failure: regex.globs_match: input:pqrs], pos:5, set-close ']' with no preceding '[': the input provided is invalid"
        ),
        Call("glob.match", #"["*.github.com",[],"api.github.com"]"#, "true"),
        Call("glob.match", #"["*.github.com",[],"a.api.github.com"]"#, "false"),
        Call("glob.match", #"["*.com",null,"a.b.com"]"#, "true"),
        Call("glob.match", #"["a/**/c",["/"],"a/x/y/c"]"#, "true"),
        Call("glob.match", #"["{a,b}?[!x][c-e]",[":"],"bqyd"]"#, "true"),
        Call("glob.match", #"["a\\*",[],"a*"]"#, "true"),
        Call("glob.match", #"["[a",[],"a"]"#, "failure: glob.match: unexpected end of input"),
        Call("glob.quote_meta", #"["*.a{b}"]"#, #""\\*.a\\{b\\}""#),
    ])
    func `patterns`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }
}
