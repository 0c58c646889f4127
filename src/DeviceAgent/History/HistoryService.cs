using System.Text.Json;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Timing;

namespace DeviceAgent.History;

/// <summary>Takes a sample a minute, and saves them once an hour and at the end. While the time is not known there are none.</summary>
internal sealed class HistoryService(HistorySampler sampler, DayHistory history, DeviceClock clock, LoopWatch loops, TimeProvider time) : WatchedLoop(loops.Pulse("history"))
{
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>So much is not in the charts after a power cut.</summary>
    public static readonly TimeSpan SavePeriod = TimeSpan.FromHours(1);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        var saved = time.GetTimestamp();
        try
        {
            while (true)
            {
                if (clock.IsTrusted) sampler.Take(clock.GetUtcNow());
                if (time.GetElapsedTime(saved) >= SavePeriod)
                {
                    history.Save();
                    saved = time.GetTimestamp();
                }

                using (Pulse.WaitsFor(Period)) await Task.Delay(Period, time, stopping).ConfigureAwait(false);
                Pulse.Works();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            history.Save();
        }
    }
}

/// <summary>Looks at the agent for a sample. Readings of the device's own serial number are named by their attributes alone. Used by one loop.</summary>
internal sealed class HistorySampler(string serialNumber, DayHistory history, ISpool spool, CredentialCache credentials, MetricsCollector metrics, Ingest ingest)
{
    private const string UploadedName = "readings.uploaded";

    private readonly HashSet<byte[]> _seen = new(ReferenceEqualityComparer.Instance);
    private long _uploaded;

    public void Take(DateTimeOffset now)
    {
        var uploaded = (long)metrics.Collect().Where(f => f.Name == UploadedName).SelectMany(f => f.Read()).Sum(v => v.Value);
        var sample = new HistorySample
        {
            Minute = (int)(now.ToUnixTimeSeconds() / 60),
            Waiting = (int)Math.Min(spool.Status.Count, int.MaxValue),
            Uploaded = (int)Math.Min(uploaded - _uploaded, int.MaxValue),
            CredentialAge = credentials.Status.Age is { } age ? (int)Math.Min(age.TotalSeconds, int.MaxValue) : HistorySample.None,
        };
        _uploaded = uploaded;
        history.Add(sample, NewValues());
    }

    /// <summary>The numbers of the readings that have come since the last sample.</summary>
    private List<KeyValuePair<string, double>> NewValues()
    {
        var (values, all) = (new List<KeyValuePair<string, double>>(), ingest.Last.All);
        foreach (var reading in all.Where(r => !_seen.Contains(r)))
        {
            using var document = JsonDocument.Parse(reading);
            var owner = document.RootElement.GetProperty(ReadingJson.SerialNumberName).GetString();
            foreach (var attribute in document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number))
            {
                if (attribute.Name is not (ReadingJson.SerialNumberName or ReadingJson.TimestampName) && attribute.Value.TryGetDouble(out var value) && float.IsFinite((float)value))
                    values.Add(new(owner == serialNumber ? attribute.Name : $"{owner} {attribute.Name}", value));
            }
        }

        _seen.Clear();
        _seen.UnionWith(all);
        return values;
    }
}
