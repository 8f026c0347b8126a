import Redaction
import Testing

/// Each detector of personal data alone: what it finds, what only looks like it, and where finds end.
@Suite struct PersonalDataTests {
    @Test(arguments: [
        ("us_ssn", "SSN: 123456789, thanks", "SSN: [REDACTED:us_ssn], thanks"),
        ("us_ssn", "social security number 123456789", "social security number [REDACTED:us_ssn]"),
        ("us_ssn", "123.45.6789", "[REDACTED:us_ssn]"), ("us_ssn", "(899-99-9999)", "([REDACTED:us_ssn])"),
        ("us_ssn", "(055-78-8863)", "([REDACTED:us_ssn])"),
        ("us_ssn", "123\t45\t6789", "[REDACTED:us_ssn]"), ("us_ssn", "123_45_6789", "[REDACTED:us_ssn]"),
        ("us_ssn", "123\u{2800}45\u{2800}6789", "[REDACTED:us_ssn]"),
        ("us_ssn", "ssn 123/45/6789", "ssn [REDACTED:us_ssn]"),
        ("us_ssn", "123/45/6789", "[REDACTED:us_ssn]"),
        ("payment_card", "4111_1111_1111_1111", "[REDACTED:payment_card]"),
        ("payment_card", "4111/1111/1111/1111", "[REDACTED:payment_card]"),
        ("payment_card", "4111 1111\u{2800}1111 1111", "[REDACTED:payment_card]"),
        ("email", #"to "bob smith"@example.com now"#, "to [REDACTED:email] now"),
        ("email", #""b@c"@example.com"#, "[REDACTED:email]"),
        ("us_ssn", "id_123-45-6789_x", "id_[REDACTED:us_ssn]_x"),
        ("payment_card", "5555555555554444", "[REDACTED:payment_card]"),
        ("payment_card", "2221000000000009", "[REDACTED:payment_card]"),
        ("payment_card", "6011 1111 1111 1117", "[REDACTED:payment_card]"),
        ("payment_card", "3530.1113.3330.0000", "[REDACTED:payment_card]"),
        ("payment_card", "30569309025904", "[REDACTED:payment_card]"),
        ("payment_card", "4222222222222", "[REDACTED:payment_card]"),
        ("payment_card", "card4111111111111111x", "card[REDACTED:payment_card]x"),
        ("payment_card", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[REDACTED:payment_card]"),
        ("iban", "NO9386011117947", "[REDACTED:iban]"),
        ("iban", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", "[REDACTED:iban]"),
        ("iban", "FR14-2004-1010-0505-0001-3M02-606.", "[REDACTED:iban]."),
        ("email", "<o'brien@sub.acme.co.uk>", "<[REDACTED:email]>"), ("email", "a@b.co", "[REDACTED:email]"),
        ("email", "mail:x_y@acme.xn--p1ai", "mail:[REDACTED:email]"), ("email", "a@b.co.", "[REDACTED:email]."),
        ("email", "a@b.example42", "[REDACTED:email]42"),
        ("email", "one@a.example,two@b.example", "[REDACTED:email],[REDACTED:email]"),
        ("email", "用户@例子.公司", "[REDACTED:email]"), ("email", "我是a@b.co", "我是[REDACTED:email]"),
        ("phone", "+1 (212) 555-0123 ext. 45", "[REDACTED:phone]"),
        ("phone", "001-212-555-0123x99", "[REDACTED:phone]"),
        ("phone", "+442079460958", "[REDACTED:phone]"), ("phone", "020 7946 0958", "[REDACTED:phone]"),
        ("phone", "01 23 45 67 89", "[REDACTED:phone]"), ("phone", "0049 (30) 1234567", "[REDACTED:phone]"),
        ("phone", "(030) 1234567", "[REDACTED:phone]"), ("phone", "phone: 2125550123", "phone: [REDACTED:phone]"),
        ("phone", "1-800-555-0199", "[REDACTED:phone]"), ("phone", "电话+8613812345678", "电话[REDACTED:phone]"),
        ("ipv4", "0.0.0.0 and 255.255.255.255", "[REDACTED:ipv4] and [REDACTED:ipv4]"),
        ("ipv4", "at 10.1.2.3.", "at [REDACTED:ipv4]."),
        ("ipv6", "2001:db8::1", "[REDACTED:ipv6]"),
        ("ipv6", "[2001:DB8:0:0:8:800:200C:417A]:443", "[[REDACTED:ipv6]]:443"),
        ("ipv6", "from fe80::1ff:fe23:4567:890a%eth0", "from [REDACTED:ipv6]%eth0"),
        ("ipv6", "::ffff:192.0.2.128", "[REDACTED:ipv6]"), ("ipv6", "64:ff9b::192.0.2.33", "[REDACTED:ipv6]"),
        ("ipv6", "2001:db8::", "[REDACTED:ipv6]"),
        ("date_of_birth", "DOB: 1980-02-29", "DOB: [REDACTED:date_of_birth]"),
        ("date_of_birth", "born on 29.02.1980 in", "born on [REDACTED:date_of_birth] in"),
        ("date_of_birth", "date of birth 2/29/80", "date of birth [REDACTED:date_of_birth]"),
        ("date_of_birth", "birthday 19800229", "birthday [REDACTED:date_of_birth]"),
        ("date_of_birth", "Born: 29th of February, 1980", "Born: [REDACTED:date_of_birth]"),
        ("date_of_birth", "born Feb. 29, 1980.", "born [REDACTED:date_of_birth]."),
        ("date_of_birth", "geboren am 3. März 1975", "geboren am [REDACTED:date_of_birth]"),
        ("date_of_birth", "fecha de nacimiento: 3 de marzo de 1975", "fecha de nacimiento: [REDACTED:date_of_birth]"),
        ("medical_record", "MRN 00123456", "MRN [REDACTED:medical_record]"),
        ("medical_record", "Medical Record No. AB-1234567", "Medical Record No. [REDACTED:medical_record]"),
        ("medical_record", "patient_id=H1234567;", "patient_id=[REDACTED:medical_record];"),
        ("medical_record", "NHS number 943 476 5919", "NHS number [REDACTED:medical_record]"),
        ("passport", "Passport No: 561234567", "Passport No: [REDACTED:passport]"),
        ("passport", "Reisepass C01X00T47", "Reisepass [REDACTED:passport]"),
        ("passport", "passeport n° 12AB34567", "passeport n° [REDACTED:passport]"),
    ])
    func `a find is replaced and nothing around it`(detector: String, text: String, expected: String) throws {
        #expect(try Redactor.test.redacted(text, [detector]) == expected)
    }

    @Test(arguments: [
        ("us_ssn", "GET /orders/123/45/6789"), ("us_ssn", "312\t45\t2024\t17"), ("us_ssn", "run_123_45_6789_final.csv"),
        ("payment_card", "4111\t1111\t1111\t1111"), ("email", #"["@acme.com", "@corp.example"]"#),
        ("email", #"x = ["a", "@app.route", "@pytest.fixture"]"#), ("email", #""hello" to us and then "@jane.doe""#),
        ("email", #"["a","@corp.example"]"#),
        ("email", "\"\"@example.com"), ("email", #"no"@example.com"#),
        ("us_ssn", "123-456-789"), ("us_ssn", "123-45-678"), ("us_ssn", "a123-45-6789"), ("us_ssn", "123-45-6789b"),
        ("us_ssn", "number 123456789"), ("us_ssn", "SSN 000123456"), ("us_ssn", "999-99-9999"),
        ("payment_card", "1111111111111117"), ("payment_card", "9999999999999995"), ("payment_card", "411111111111111"),
        ("payment_card", "4111  1111  1111  1111"), ("payment_card", "41111111111111111111"),
        ("payment_card", "5019717010103743"), ("payment_card", "37828224631000"),
        ("iban", "DE8937040044053201300"), ("iban", "DE89  3704 0044 0532 0130 00"),
        ("iban", "XDE89370400440532013000"),
        ("email", "@acme.example"), ("email", "a@b"), ("email", "a@1.2.3"), ("email", "a@-b.co"), ("email", "@@"),
        ("email", "a@b.c"), ("email", "icon@2x.png"), ("email", "pkg@v1.2.0"), ("email", ".@acme.example"),
        ("phone", "+280 123 456 789"), ("phone", "+1234"), ("phone", "calls: 738 / 1 988 / 2 900"),
        ("phone", "112-555-0123"), ("phone", "212-155-0123"),
        ("phone", "2125550123"), ("phone", "01.02.2024 10:30"), ("phone", "2024-01-02 10:30:00"),
        ("phone", "1.234.567.890"),
        ("phone", "0.123456789"), ("phone", "212-555-01234"), ("phone", "a+49301234567"), ("phone", "000123456789"),
        ("ipv4", "1.2.3.4.5"), ("ipv4", "1.2.3.04"), ("ipv4", "v1.2.3.4"), ("ipv4", "1.2.3.256"),
        ("ipv4", "1.2.3.4567"),
        ("ipv6", "::1"), ("ipv6", "std::abs"), ("ipv6", "a::b"), ("ipv6", "Dead::Beef"), ("ipv6", "x[1::2]"),
        ("ipv6", "12:34:56"), ("ipv6", "00:1a:2b:3c:4d:5e"), ("ipv6", "1:2:3:4:5:6:7:8:9"), ("ipv6", "1::2::3456"),
        ("ipv6", "2001:db8::12345"), ("ipv6", "::"),
        ("date_of_birth", "on 1980-02-29"), ("date_of_birth", "born 1981-02-29"), ("date_of_birth", "DOB 13/13/1980"),
        ("date_of_birth", "born 1980"), ("date_of_birth", "dobson 1980-02-29"), ("date_of_birth", "born 1700-01-01"),
        ("date_of_birth", "born here, and after much has happened to them, the day of 1980-02-29"),
        ("medical_record", "00123456"), ("medical_record", "MRN 1234"), ("medical_record", "MRN ABCDE12345"),
        ("medical_record", "MRN 1234567890123"), ("medical_record", "the chart 123456"),
        ("passport", "561234567"), ("passport", "passport ABCDEFGH"), ("passport", "passport 12345"),
        ("passport", "passport 1234567890"),
    ])
    func `what only looks like it is left alone`(detector: String, text: String) throws {
        #expect(try Redactor.test.redacted(text, [detector]) == text)
    }

    /// Digits of other scripts, spaces and hyphens that look like others, characters that show nothing, wide letters.
    @Test(arguments: [
        ("us_ssn", "１２３-４５-６７８９"), ("us_ssn", "١٢٣-٤٥-٦٧٨٩"), ("us_ssn", "123\u{200b}-45-67\u{2060}89"),
        ("us_ssn", "123\u{2011}45\u{2212}6789"), ("us_ssn", "123\u{a0}45\u{2009}6789"), ("us_ssn", "१२३-४५-६७८९"),
        ("us_ssn", "1\u{336}2\u{336}3\u{336}-45-6789"), ("us_ssn", "𝟏𝟐𝟑-𝟒𝟓-𝟔𝟕𝟖𝟗"), ("us_ssn", "1️⃣2️⃣3️⃣-45-6789"),
        ("payment_card", "4111\u{202f}1111\u{3000}1111\u{2007}1111"), ("payment_card", "4\u{ad}111111111111111"),
        ("payment_card", "①111".replacing("①111", with: "④①①① ①①①① ①①①① ①①①①")),
        ("iban", "ＤＥ８９370400440532013000"), ("email", "jane＠acme．example"), ("email", "ja\u{200d}ne@acme.example"),
        ("ipv4", "10\u{2024}0\u{2024}0\u{2024}1"), ("aws_key", "AKIA\u{200b}IOSFODNN7EXAMPLE"),
        ("phone", "＋49 30 1234567"),
    ])
    func `a find that is dressed up is one`(detector: String, text: String) throws {
        #expect(try Redactor.test.redacted("x \(text) ü", [detector]) == "x [REDACTED:\(detector)] ü")
    }

    @Test func `letters of another script end a number as others do`() throws {
        #expect(try Redactor.test.redacted("ж123-45-6789", ["us_ssn"]) == "ж123-45-6789")
        #expect(try Redactor.test.redacted("«123-45-6789»", ["us_ssn"]) == "«[REDACTED:us_ssn]»")
        #expect(try Redactor.test.redacted("番号123-45-6789。", ["us_ssn"]) == "番号[REDACTED:us_ssn]。")
    }

    @Test func `text that is not UTF-8 is searched byte by byte`() {
        let bytes: [UInt8] = [0xff, 0xc3, 0x28] + Array(" a@b.co ".utf8) + [0xed, 0xa0, 0x80]
        let finds = bytes.withUnsafeBufferPointer { Redactor.finds(in: $0) }
        #expect(finds == [Redactor.TextFind(range: 4..<10, detector: "email")])
    }
}
