"""Builtins that all three engines have, with the sorts of their arguments and answers.

Sorts: num, str, bool, any, and arr:X, set:X, obj:X (string keys) for X in num, str. An argument that is a tuple
is one of its Rego terms: what is passed there has to be of a kind that has one meaning.
"""

ANSWERS = {
    "num": [
        ("count", "arr:num"), ("count", "set:str"), ("count", "obj:num"), ("count", "str"), ("sum", "arr:num"),
        ("sum", "set:num"), ("product", "arr:num"), ("max", "arr:num"), ("min", "set:num"), ("abs", "num"), ("round", "num"),
        ("ceil", "num"), ("floor", "num"), ("indexof", "str", "str"), ("to_number", ('"12"', '"-3"', '"0"')),
        ("bits.and", ("12", "7", "0"), ("5", "255")), ("bits.or", ("12", "7", "0"), ("5", "255")), ("bits.xor", ("12", "7"), ("5", "255")),
        ("bits.lsh", ("1", "3"), ("0", "4")), ("bits.rsh", ("12", "64"), ("0", "2")), ("bits.negate", ("0", "5")),
        ("object.get", "obj:num", "str", "num"),
    ],
    "str": [
        ("concat", "str", "arr:str"), ("concat", "str", "set:str"), ("lower", "str"), ("upper", "str"),
        ("replace", "str", "str", "str"), ("substring", "str", ("0", "1", "2"), ("0", "1", "2", "-1", "10")), ("trim", "str", "str"),
        ("trim_left", "str", "str"), ("trim_right", "str", "str"), ("trim_prefix", "str", "str"),
        ("trim_suffix", "str", "str"), ("trim_space", ('" a "', '"\\\\tab\\\\n"', '"b"')), ("strings.reverse", "str"),
        ("format_int", ("10", "255", "0"), ("10", "16", "2", "8")),
        ("type_name", "any"), ("json.marshal", "arr:num"), ("json.marshal", "arr:str"), ("base64.encode", "str"),
        ("base64url.encode", "str"), ("hex.encode", "str"), ("urlquery.encode", "str"),
        ("strings.replace_n", ('{"a":"b"}', '{"a":"<","b":">"}'), "str"),
        ("sprintf", ('"%d"', '"<%d>"', '"%v"'), ("[7]", "[12]")), ("sprintf", ('"%s"', '"%v!"'), ('["a"]', '["é"]')),
        ("regex.replace", "str", ('"a+"', '"[ab]"', '"b$"'), ('""', '"x"')), ("max", "arr:str"), ("min", "set:str"),
        ("object.get", "obj:str", "str", "str"), ("crypto.sha256", "str"), ("crypto.md5", "str"),
    ],
    "bool": [
        ("contains", "str", "str"), ("startswith", "str", "str"), ("endswith", "str", "str"), ("is_number", "any"),
        ("is_string", "any"), ("is_boolean", "any"), ("is_array", "any"), ("is_set", "any"), ("is_object", "any"), ("is_null", "any"),
        ("regex.match", ('"^a"', '"b+$"', '"[0-9]+"', '"^$"'), "str"), ("strings.any_prefix_match", "str", "arr:str"),
        ("strings.any_suffix_match", "arr:str", "set:str"), ("json.is_valid", "str"),
        ("object.subset", "obj:num", "obj:num"), ("glob.match", ('"a*"', '"*b"', '"?"'), ('["/"]',), "str"),
    ],
    "arr:num": [
        ("array.concat", "arr:num", "arr:num"), ("array.slice", "arr:num", ("0", "1", "-1"), ("0", "1", "2", "9")),
        ("array.reverse", "arr:num"),
        ("sort", "arr:num"), ("sort", "set:num"), ("numbers.range", ("0", "3", "-1"), ("2", "0", "5")),
        ("json.unmarshal", ('"[1,2]"', '"[]"', '"[ 3 ]"')),
    ],
    "arr:str": [
        ("array.concat", "arr:str", "arr:str"), ("array.slice", "arr:str", ("0", "1"), ("1", "2")), ("array.reverse", "arr:str"),
        ("sort", "arr:str"), ("sort", "set:str"), ("split", "str", ('"/"', '"a"', '" "', '","')), ("regex.split", ('"a"', '"[ /]"'), "str"),
        ("regex.find_n", ('"[a-z]"', '"b+"'), "str", ("-1", "1", "2")),
    ],
    "set:num": [("union", ("set()", "{{1},{2,3}}", "{{4}}")), ("intersection", ("{{1},{1,3}}", "{{4}}"))],
    "set:str": [("object.keys", "obj:num"), ("object.keys", "obj:str")],
    "obj:num": [
        ("object.union", "obj:num", "obj:num"), ("object.remove", "obj:num", "arr:str"), ("object.remove", "obj:num", "set:str"),
        ("json.remove", "obj:num", "arr:str"), ("json.filter", "obj:num", "arr:str"),
    ],
    "obj:str": [("object.union", "obj:str", "obj:str"), ("object.remove", "obj:str", "arr:str")],
}
