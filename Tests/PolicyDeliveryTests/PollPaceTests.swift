import PolicyDelivery
import Testing

@Suite struct PollPaceTests {
    private let remote = PollPace.remote(every: .seconds(10))

    @Test(arguments: [(0.0, Duration.seconds(8)), (0.5, .seconds(10)), (1.0, .seconds(12))])
    func `a fleet does not ask all at once`(chance: Double, expected: Duration) {
        let pause = remote.pause(failures: 0, chance: chance)
        #expect(abs((pause - expected) / .seconds(1)) < 1e-6)
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (40, 60), (Int.max, 60)])
    func `after failures the pauses double up to the longest, and half of each is certain`(failures: Int, seconds: Int)
    {
        #expect(remote.pause(failures: failures, chance: 1) == .seconds(seconds))
        #expect(remote.pause(failures: failures, chance: 0) == .milliseconds(seconds * 500))
    }

    @Test func `what is on this machine is looked at twice a second, whatever happens`() {
        for failures in [0, 1, 100] {
            #expect(PollPace.local.pause(failures: failures, chance: 0.3) == .milliseconds(500))
        }
    }

    @Test func `a slow poll is not made faster by failures`() {
        let hourly = PollPace.remote(every: .seconds(3600))
        #expect(hourly.pause(failures: 30, chance: 1) == .seconds(3600))
    }
}
