using System.Diagnostics.Metrics;

namespace DeviceAgent.Spool;

/// <summary>The spool's state as instruments.</summary>
internal static class SpoolGauges
{
    public static void Register(Meter meter, ISpool spool)
    {
        meter.CreateObservableGauge("spool.depth", () => spool.Status.Count, description: "Readings that wait for upload.");
        meter.CreateObservableGauge("spool.bytes", () => spool.Status.Bytes, unit: "By", description: "What counts against the spool's quota.");
        meter.CreateObservableGauge("spool.oldest_age_seconds", () => spool.Status.OldestAge?.TotalSeconds ?? 0, unit: "s", description: "How long the oldest reading has waited.");
        meter.CreateObservableGauge("spool.dead_letters", () => spool.Status.DeadLetters, description: "Readings that can never be accepted.");
    }
}
