import AegisTesting
import Foundation
import Testing

@testable import SignedTokens

/// RSA keys are slow to make in a debug build, so one that OpenSSL made stands here: for tests, and for nothing else.
@Suite struct RSAKeyTests {
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQC2F1Q/tXcROyLe
        YzZn3cnvdH/Oqlgwxxw1Yco3luJRHeR2opc3m7pJaVx/XRHJwqWj12NO+f9Xd/bU
        ObOR+10xq66dIim0SAj3k/oPzqVi/UO2NhIjdtYdf8qPvXQLmsifhttexUTgo+jV
        bE3/zQO2Od/Dm/P7pFVv6MpFPSlDAMkgkw8xDT1z97pbzqir0sdQnDPfvlilZ6NA
        fJBrh6PvouAD6x9RBSzn9m0Ni+r48Hsx4dJaAijhOaOr3MjpMXGrhFw/be6Bhoim
        FjgyVFsCpKKx7pHeUe/5AXGf+qUa3SgTi3rEc1O1DD6yU9Fz1eGvDNl79Ta4o+tz
        yNtU6CM1AgMBAAECgf8LBl6TfOk4odv6mwcwQr13QhZ67NVqHqQWl1UnCHurbaPn
        ivCc7VDaIQb4rynkjWR6BxB8N6a+JQVM1DGLJSz/VOW9ndPolnP0iYEac+iPlcYD
        wkJW41sTbilViqL8EOMUxZWCp28EKuhuA6C1XDRdVCO4NDkRg2Go5O9aQdm9tLQ2
        kPDX9cKBQL419whfqFGWD87F2mmuDtYtVim7SsUh2HwPpMoTdfK5GROXQxcgNRmd
        2EomEmw6Ntl3tzuDohBik4l9yTod9D4GL70EBpqfw0CcUAog6SDnIj7UnUXGl3P9
        teJvrLOI3tVhpaIhZ524cJKwD9yZq5WgNDyZVSsCgYEA7QH4Pop3ChJIhAen2cT/
        0wVInacGZTFG1PWz800r09IGlRrjcybHxW1YN+1g5Wqlal2XpWInEW9KYiuEqBDe
        lTM4vRYATslaGxj/48CnMJUEakNeTxRfYQ9wlz+IWrJIdxo6frRo2L/vpQhXfw7A
        M2mlSLB7s5jADV68TIFTylsCgYEAxK7J0iQYn1D1cLwSRS4BU13RNds5A2xaVswN
        Uat80V3Dp0oB4leoXC+IvmTl9uQ20avooK/RpyVZV0V12vuTol00IixZgEnT6cgR
        /oYWiwy7CPngXIi0gXng+/+qZP94Izit4N2EFGeKIeQdHENscmWDwDzbysSF+jmS
        9S1Fna8CgYA+pKiijyKLjO2RyBw7WPBtLBZXZRAxquaX3yFjC2CsKfUHcAXyJ6vh
        qNcKYTmdKaTzCi3MzraYyxuT+wCjE2JheRpkD+6g5GNmiiMIZaFLG/gAxjGlITNc
        iiIuN+KoZjr1D/+qAbE8qO6EZkIKGTH/5MqE/fCUNal9Xy7R4dTtxQKBgQCLyn9/
        cFBfy7bm7YU+zjf6/M9Zq/qVyEldL6K3zV7ln/MTz7IPIaZz/wT97dDU7ddYpwqs
        SsqENjONp7zga7a+y+fl8gea+t43ZxADC2KyadX1x0QEANXqwKl78nc1Wa4Vuo87
        J7Zcmkq/U9as4+8MT8KYu6isMYnYE1u0Dv1P2QKBgQDYLXqanrUK8aeP/GYDUf8T
        ZY6jTIs/eTbbMk3THIGq2E/T9oBLZ1UbU9sP3FahMOd6BO0ja74VE+ZPEP1FPNLa
        O3HG86hBZV2OIsNX9Qbn7DtXUO97s+ySm/c8Zff6/bEaE2pacfF0CJibENYv55PZ
        DTvLudylh/6PcaG6wb02aQ==
        -----END PRIVATE KEY-----

        """

    @Test func `an RSA key signs what it verifies, and survives its PEM form`() throws {
        let key = try SigningKey(pem: Self.pem, name: "ops-2026")
        #expect(key.algorithm == .rs256)
        #expect(try SigningKey(pem: key.pem, name: "ops-2026").verificationKey == key.verificationKey)
        let message = Array("pay 10".utf8)
        let signature = try key.sign(message)
        #expect(signature.count == 256)
        #expect(try key.sign(message) == signature)
        let publicHalf = try VerificationKey(pem: key.verificationKey.pem, name: "ops-2026")
        #expect(publicHalf.isValid(signature, for: message))
        #expect(!publicHalf.isValid(signature, for: message + [0]))
        for wrong in [[], Array(signature.dropLast()), signature + [0]] {
            #expect(!publicHalf.isValid(wrong, for: message))
        }
        let token = try UnverifiedToken(compact: key.token(over: message))
        #expect(try token.verified(by: publicHalf, type: "JWT").payload == message)
    }

    @Test(.enabled(if: OtherTool.hasOpenSSL)) func `openssl verifies what an RSA key signs`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rsa-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try SigningKey(pem: Self.pem, name: "k")
        let paths = try KeyFile.write(key, into: folder.path)
        let (message, signature) = (folder.appendingPathComponent("m"), folder.appendingPathComponent("s"))
        try Data("pay 10".utf8).write(to: message)
        try Data(key.sign(Array("pay 10".utf8))).write(to: signature)
        let said = try OtherTool.run(
            "openssl",
            ["dgst", "-sha256", "-verify", paths.public, "-signature", signature.path, message.path])
        #expect(String(decoding: said, as: UTF8.self) == "Verified OK\n")
    }

    @Test(.enabled(if: OtherTool.hasOpenSSL)) func `an RSA key that could be factored is refused`() throws {
        let weak = try OtherTool.run(
            "openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"])
        #expect(throws: TokenError.self) { try SigningKey(pem: String(decoding: weak, as: UTF8.self), name: "k") }
    }
}
