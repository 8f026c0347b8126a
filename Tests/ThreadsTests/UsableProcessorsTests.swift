import Testing

@testable import Threads

struct UsableProcessorsTests {
    @Test(arguments: [
        ("Name:\taegis\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 2000),
        ("Cpus_allowed:\tff,0000000f\n", 12_000), ("Cpus_allowed:\t1", 1000), ("Cpus_allowed:\t0\n", nil),
        ("Cpus_allowed_list:\t0-1\n", nil), ("", nil),
    ])
    func `the mask of processors is counted`(status: String, thousandths: Int64?) {
        #expect(UsableProcessors.allowed(status: status) == thousandths)
    }

    @Test(arguments: [
        ("200000 100000\n", 2000), ("50000 100000", 500), ("max 100000\n", nil), ("", nil), ("0 100000", nil),
        ("100000 0", nil), ("1 2 3", nil), ("9223372036854775807 100000", nil),
    ])
    func `a control group's quota is its part of a processor`(maximum: String, thousandths: Int64?) {
        #expect(UsableProcessors.quota(maximum: maximum) == thousandths)
    }

    @Test(arguments: [
        ("0::/system.slice/aegis.service\n", ["/system.slice/aegis.service", "/system.slice", ""]), ("0::/\n", [""]),
        ("12:cpu,cpuacct:/a\n0::/b\n", ["/b", ""]), ("12:cpu:/a\n", [""]), ("", [""]),
        ("0::/../x\n", ["/../x", "/..", ""]),
    ])
    func `every control group that the process is in may have a quota`(membership: String, groups: [String]) {
        #expect(UsableProcessors.groups(membership: membership) == groups)
    }

    @Test func `this process may use one`() {
        #expect(UsableProcessors.thousandths >= 1)
    }

    @Test(arguments: [(1, 1), (500, 1), (1000, 1), (1001, 2), (2000, 2), (2500, 3), (64_000, 64)])
    func `a part of a processor keeps a thread busy`(thousandths: Int64, threads: Int) {
        #expect(UsableProcessors.threads(thousandths: thousandths) == threads)
    }
}
