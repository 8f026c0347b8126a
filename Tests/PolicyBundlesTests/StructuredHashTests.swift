import Testing

@testable import PolicyBundles

@Suite struct StructuredHashTests {
    /// Hashes computed by OPA.
    @Test(arguments: [
        (
            #"{"revision":"r1","roots":["aegis"],"rego_version":1}"#,
            #"{"rego_version":1,"revision":"r1","roots":["aegis"]}"#,
            "ed83a501dccc13203ce951d4d31518184b21b3faab0dcc017c08e1ce9f4f8073"
        ),
        (
            #"{"b":[1.0,1e3,-0,10000000000000000000001,true,null],"a<b>&":"<x>&\u2028\u2029 \u0008\u000c\u007f\u0001\t\"\\\/ é 😀 \ud800","Z":{}, "é":1,"z":2, "\ud83d\ude00":3,"\uffee":4}"#,
            #"{"Z":{},"a<b>&":"<x>&\u2028\u2029 \b\f"# + "\u{7f}"
                + #"\u0001\t\"\\/ é 😀 "# + "\u{fffd}"
                + #"","b":[1.0,1e3,-0,10000000000000000000001,true,null],"z":2,"é":1,"# + "\"\u{ffee}\":4,\"😀\":3}",
            "fdaaa8279eb18abb6f8d6ff1dda4e2b4d78ab5694e1daf32d2685bda2acf23a5"
        ),
    ])
    func `structured files hash as OPA hashes them`(json: String, walk: String, hash: String) throws {
        for path in ["data.json", "a/b/data.json", ".manifest", "a/signatures.json"] {
            let file = BundleFile(path: path, text: json)
            #expect(String(decoding: try StructuredHash.text(file), as: UTF8.self) == walk)
            #expect(try StructuredHash.hash(file) == hash)
        }
        #expect(
            try StructuredHash.hash(BundleFile(path: "data.json", bytes: [0xef, 0xbb, 0xbf] + Array(json.utf8))) == hash
        )
    }

    @Test(arguments: [
        "x.rego", "plan.json", "data.yml", "mydata.json", "data.json.txt", "x.json", "manifest", "data.json/x",
    ])
    func `other files hash by their bytes`(path: String) throws {
        // SHA-256 of "abc", FIPS 180-4.
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try StructuredHash.hash(BundleFile(path: path, text: "abc")) == hash)
    }

    @Test(arguments: [
        "1", "1.0", "1e3", "1E3", "1e+3", "-0", "0", "-0.0", "123456789012345678901234567890", "0.1e-400",
    ])
    func `numbers keep the digits that they were written with`(number: String) throws {
        let file = BundleFile(path: "data.json", text: "[\(number)]")
        #expect(String(decoding: try StructuredHash.text(file), as: UTF8.self) == "[\(number)]")
    }

    @Test(arguments: ["", "{", "a: 1", #"{"a":1,"a":1}"#, "{} {}", "[1,]"])
    func `what is not strict JSON has no structured hash`(text: String) {
        let error = #expect(throws: BundleError.self) {
            try StructuredHash.hash(BundleFile(path: "data.json", text: text))
        }
        #expect(error?.code == .dataInvalid)
        #expect(error?.member == "data.json")
    }
}
