import Approvals
import Foundation
import ServiceLifecycle
import SwiftProtobuf

/// Sends all metrics every so often, cumulative since the start.
struct MetricExport: Sendable {
    let registry: MetricsRegistry
    let exporter: SignalExporter
    let interval: Duration
    let resource: OTLPResource
    let scope: OTLPInstrumentationScope
    let startedAt: Timestamp
    let now: @Sendable () -> Timestamp
    private static var glance: Duration { .milliseconds(100) }

    func run() async {
        var due = ContinuousClock.now.advanced(by: interval)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if ContinuousClock.now >= due {
                await send()
                due = ContinuousClock.now.advanced(by: interval)
            }
            try? await Task.sleep(for: min(Self.glance, interval))
        }
        await send()
    }

    private func send() async {
        let families = await registry.collect().filter { !$0.samples.isEmpty }
        guard !families.isEmpty else { return }
        let points = families.reduce(0) { $0 + $1.samples.count }
        if let message = try? message(families).serializedBytes() as [UInt8] {
            await exporter.export(message, count: points)
        }
    }

    func message(_ families: [MetricFamily]) -> OTLPExportMetricsServiceRequest {
        var metrics = OTLPScopeMetrics()
        metrics.scope = scope
        metrics.metrics = families.map(metric)
        var whole = OTLPResourceMetrics()
        whole.resource = resource
        whole.scopeMetrics = [metrics]
        var request = OTLPExportMetricsServiceRequest()
        request.resourceMetrics = [whole]
        return request
    }

    private func metric(_ family: MetricFamily) -> OTLPMetric {
        var metric = OTLPMetric()
        metric.name = family.name
        metric.description_p = family.help
        metric.unit =
            family.name.hasSuffix("_seconds") || family.name.hasSuffix("_seconds_total")
            ? "s"
            : family.name.hasSuffix("_bytes") ? "By" : "1"
        switch family.kind {
        case .counter:
            var sum = OTLPSum()
            sum.aggregationTemporality = .cumulative
            sum.isMonotonic = true
            sum.dataPoints = family.samples.compactMap { point($0, since: startedAt) }
            metric.sum = sum
        case .gauge:
            var gauge = OTLPGauge()
            gauge.dataPoints = family.samples.compactMap { point($0, since: nil) }
            metric.gauge = gauge
        case .histogram:
            var histogram = OTLPHistogram()
            histogram.aggregationTemporality = .cumulative
            histogram.dataPoints = family.samples.compactMap(distribution)
            metric.histogram = histogram
        }
        return metric
    }

    private func point(_ sample: MetricFamily.Sample, since: Timestamp?) -> OTLPNumberDataPoint? {
        guard case .number(let value) = sample.reading else { return nil }
        var point = OTLPNumberDataPoint()
        point.asDouble = value
        point.timeUnixNano = UInt64(clamping: now().nanoseconds)
        if let since { point.startTimeUnixNano = UInt64(clamping: since.nanoseconds) }
        point.attributes = [OTLPKeyValue](sample.labels.map { ($0.name, $0.value) })
        return point
    }

    private func distribution(_ sample: MetricFamily.Sample) -> OTLPHistogramDataPoint? {
        guard case .histogram(let histogram) = sample.reading else { return nil }
        var point = OTLPHistogramDataPoint()
        point.startTimeUnixNano = UInt64(clamping: startedAt.nanoseconds)
        point.timeUnixNano = UInt64(clamping: now().nanoseconds)
        point.count = histogram.count
        point.sum = histogram.sum
        point.bucketCounts = histogram.counts
        point.explicitBounds = histogram.bounds
        point.attributes = [OTLPKeyValue](sample.labels.map { ($0.name, $0.value) })
        return point
    }
}
