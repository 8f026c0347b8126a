#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// The processors that this process may use: containers and `taskset` give a part of the machine's.
public enum UsableProcessors {
    /// In thousandths of one, at least one thousandth.
    public static let thousandths: Int64 = {
        let machine = Int64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) * 1000
        let allowed = text("/proc/self/status").flatMap(allowed(status:))
        let quotas = groups(membership: text("/proc/self/cgroup") ?? "").compactMap {
            text("/sys/fs/cgroup\($0)/cpu.max").flatMap(quota(maximum:))
        }
        return max(1, min(machine, allowed ?? machine, quotas.min() ?? machine))
    }()

    /// How many threads they keep busy; at least 1.
    public static let count = threads(thousandths: thousandths)

    /// A part of a processor is one more thread's.
    static func threads(thousandths: Int64) -> Int { Int(max(1, (thousandths + 999) / 1000)) }

    /// From the line `Cpus_allowed` of `/proc/self/status` (proc_pid_status(5)), a mask in hexadecimal digits.
    static func allowed(status: String) -> Int64? {
        let name = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        let count = line.dropFirst(name.count).reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
        return count > 0 ? Int64(count) * 1000 : nil
    }

    /// This process's control group and those that it is in, by their paths: each may have a quota. In a container, the topmost is the
    /// container's own. Source: cgroups(7), `/proc/pid/cgroup`.
    static func groups(membership: String) -> [String] {
        guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return [""] }
        var path = line.dropFirst(3)
        var groups: [String] = []
        while !path.isEmpty {
            if path.last == "/" {
                path.removeLast()
            } else {
                groups.append(String(path))
                path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
            }
        }
        return groups + [""]
    }

    /// From a control group's `cpu.max`: microseconds that it gets in each period, or `max`, and the period.
    static func quota(maximum: String) -> Int64? {
        let numbers = maximum.split { $0 == " " || $0 == "\n" }.map { Int64($0) }
        guard numbers.count == 2, let share = numbers[0], let period = numbers[1], share > 0, period > 0 else {
            return nil
        }
        return share.multipliedReportingOverflow(by: 1000).overflow ? nil : share * 1000 / period
    }

    private static func text(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
