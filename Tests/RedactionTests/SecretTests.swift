import Redaction
import Testing

/// Keys, tokens and other secrets. None of these was ever valid.
@Suite struct SecretTests {
    static let letters = "Zx9Kq2Lm7Rt4Vw8Yb3Nc6Pd1Sf5Gh0JkAe7Uo2Iq9Wz4Xc8Vb3Nm6Lk1Jh5Gf0DsQaErTy7U"

    static func random(_ count: Int) -> String { String((letters + letters + letters).prefix(count)) }

    @Test(arguments: [
        ("aws_key", "ASIA" + "IOSFODNN7EXAMPLE"), ("gcp_key", "AIza" + random(35)), ("gcp_key", "GOCSPX-" + random(28)),
        ("azure_key", "AccountKey=" + random(86)), ("github_token", "gho_" + random(36)),
        ("github_token", "github_pat_" + random(22) + "_" + random(59)), ("gitlab_token", "glpat-" + random(20)),
        ("slack_token", "xoxb-" + "123456789012-123456789012-" + random(24)),
        ("slack_token", "hooks.slack.com/services/T" + "00000000/B00000000/" + random(24)),
        ("anthropic_key", "sk-ant-" + "api03-" + random(93) + "AA"), ("openai_key", "sk-" + random(48)),
        ("openai_key", "sk-proj-" + random(60)), ("stripe_key", "sk_live_" + random(24)),
        ("stripe_key", "whsec_" + random(32)), ("sendgrid_key", "SG." + random(22) + "." + random(43)),
        ("npm_token", "npm_" + random(36)), ("huggingface_token", "hf_" + random(34)),
    ])
    func `a key is known by its beginning`(detector: String, key: String) throws {
        #expect(try Redactor.test.redacted("use \(key) now", [detector]) == "use [REDACTED:\(detector)] now")
        #expect(try Redactor.test.redacted("It is \(key).", [detector]) == "It is [REDACTED:\(detector)].")
        #expect(try Redactor.test.redacted("\"\(key)\"") == "\"[REDACTED:\(detector)]\"")
        #expect(try Redactor.test.redacted("x\(key)", [detector]) == "x\(key)")
    }

    @Test(arguments: [
        ("aws_key", "AKIAIOSFODNN7EXAMPL"), ("aws_key", "AKIAIOSFODNN7EXAMPLES"), ("aws_key", "akiaiosfodnn7example"),
        ("gcp_key", "AIza" + random(34)), ("openai_key", "sk-learn-something-about-kebab-case"),
        ("stripe_key", "sk_live_short"), ("npm_token", "npm_" + random(35)), ("slack_token", "xoxb-short"),
        ("aws_secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("aws_secret", "aws 0123456789012345678901234567890123456789"),
        ("private_key", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"),
        ("private_key", "-----BEGIN PUBLIC KEY-----"), ("private_key", "----BEGIN PRIVATE KEY-----"),
        ("jwt", "eyJub3QiOiJhIGhlYWRlciJ9.eyJzdWIiOiJ4In0.c2ln"), ("jwt", "eyJhbGciOiJFUzI1NiJ9"),
        ("jwt", "eyJhbGciOiJFUzI1NiJ9.x"), ("jwt", "eyJhbGciOiJFUzI1NiJ"),
        ("high_entropy_secret", "a sentence of ordinary words, password included"),
        ("high_entropy_secret", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("high_entropy_secret", "550e8400-e29b-41d4-a716-446655440000"),
        ("high_entropy_secret", "sha512-Zx9Kq2Lm7Rt4Vw8Yb3Nc6Pd1Sf5Gh0JkAe7Uo2Iq9Wz4"),
        ("high_entropy_secret", "Sources/RegoRuntime/Builtins/GraphQL/GraphQLParser2"),
        ("high_entropy_secret", "aVeryLongNameOfSomeFunctionInJava8WithManyWords"),
        ("high_entropy_secret", "password: aaaaaaaaaaaaaaaaaaaa1"), ("high_entropy_secret", "token: v1/approvals/"),
        ("high_entropy_secret", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        ("high_entropy_secret", "token: finance-agent"),
    ])
    func `what only looks like it is left alone`(detector: String, text: String) throws {
        #expect(try Redactor.test.redacted(text, [detector]) == text)
    }

    @Test(arguments: [
        (
            "aws_secret", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
            "aws_secret_access_key = [REDACTED:aws_secret]\n"
        ),
        ("jwt", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "[REDACTED:jwt]"),
        ("jwt", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..aXY.Y2lwaGVy.dGFn!", "[REDACTED:jwt]!"),
        (
            "private_key", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc\n-----END PGP PRIVATE KEY BLOCK-----.",
            "[REDACTED:private_key]."
        ),
        (
            "private_key", "-----BEGIN OPENSSH PRIVATE KEY-----\\nabc\\n-----END OPENSSH PRIVATE KEY-----",
            "[REDACTED:private_key]"
        ),
        ("high_entropy_secret", "password=tr0ub4dor-3-zebra", "password=[REDACTED:high_entropy_secret]"),
        (
            "high_entropy_secret", "api_key: 550e8400-e29b-41d4-a716-446655440000",
            "api_key: [REDACTED:high_entropy_secret]"
        ),
        ("high_entropy_secret", "x \(random(32)) y", "x [REDACTED:high_entropy_secret] y"),
    ])
    func `a find is replaced and nothing around it`(detector: String, text: String, expected: String) throws {
        #expect(try Redactor.test.redacted(text, [detector]) == expected)
    }
}
