import NIOCore
import Testing

@testable import EnvoyAuthorization

@Suite struct RPCTimeoutTests {
    @Test(arguments: [
        ("1H", TimeAmount.hours(1)), ("2M", .minutes(2)), ("30S", .seconds(30)), ("250m", .milliseconds(250)),
        ("99999999u", .microseconds(99_999_999)), ("0n", .zero), ("00000001S", .seconds(1)),
        ("99999999H", .nanoseconds(.max)),
    ])
    func `a timeout is digits and a unit`(text: String, amount: TimeAmount) {
        #expect(RPCTimeout.parse(text) == amount)
    }

    @Test(arguments: ["", "S", "1", "1s", "-1S", "+1S", "1.5S", "100000000S", "1 S", "1SS", "１S"])
    func `anything else is not a timeout`(text: String) {
        #expect(RPCTimeout.parse(text) == nil)
    }
}
