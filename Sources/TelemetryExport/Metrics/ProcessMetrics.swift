import Foundation

/// The usual figures of a process, from `/proc`.
/// Source: Prometheus, "Writing client libraries", Process metrics.
public enum ProcessMetrics {
    public static func families() -> [MetricFamily] {
        var families: [MetricFamily] = []
        func add(_ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: Double?) {
            if let value { families.append(.single(name, kind, help, value)) }
        }
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        // The command's name, in brackets, may hold spaces.
        let text = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ") ", maxSplits: 1).last?.split(separator: " ").map(String.init) ?? []
        func field(_ number: Int) -> Double? { number < fields.count ? Double(fields[number]) : nil }
        if let user = field(11), let system = field(12) {
            add(
                "process_cpu_seconds_total", .counter, "Processor time spent, in seconds.", (user + system) / ticks)
        }
        add("process_resident_memory_bytes", .gauge, "Memory in use.", field(21).map { $0 * page })
        add("process_virtual_memory_bytes", .gauge, "Memory mapped.", field(20))
        add(
            "process_open_fds", .gauge, "Open file descriptors.",
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) })
        if let started = field(19), let boot = bootTime {
            add("process_start_time_seconds", .gauge, "When it started, in seconds since 1970.", boot + started / ticks)
        }
        return families
    }

    private static let bootTime: Double? = {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("btime ") })
        else { return nil }
        return Double(line.dropFirst("btime ".count))
    }()
}
