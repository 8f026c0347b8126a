@testable import TelemetryExport
import Testing

struct PrometheusTextTests {
    @Test func `families are written as Prometheus reads them`() {
        var histogram = Histogram(bounds: [0.5, 1])
        for value in [0.25, 0.5, 0.75, 9] { histogram.observe(value) }
        var counter = MetricFamily("aegis_x_total", .counter, "Back\\slash\nand line.")
        counter.add(3, .init("name", "say \"no\"\n"), .init("path", #"a\b"#))
        counter.add(1.5, .init("name", "a"), .init("path", ""))
        let text = PrometheusText.text([
            counter, MetricFamily("aegis_none", .gauge, "Nothing."),
            MetricFamily("aegis_t_seconds", .histogram, "Times.", [.init(labels: [], reading: .histogram(histogram))]),
        ])
        #expect(
            text == #"""
                # HELP aegis_x_total Back\\slash\nand line.
                # TYPE aegis_x_total counter
                aegis_x_total{name="a",path=""} 1.5
                aegis_x_total{name="say \"no\"\n",path="a\\b"} 3
                # HELP aegis_t_seconds Times.
                # TYPE aegis_t_seconds histogram
                aegis_t_seconds_bucket{le="0.5"} 2
                aegis_t_seconds_bucket{le="1"} 3
                aegis_t_seconds_bucket{le="+Inf"} 4
                aegis_t_seconds_sum 10.5
                aegis_t_seconds_count 4

                """#)
    }
}
