using System.Net;
using DeviceAgent.Clock;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Diagnostics;
using DeviceAgent.Storage;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Traffic;

/// <summary>
/// Counts what the agent sends and receives, by purpose: since its start, and by the day and the month of the device's clock, over restarts. Every connection
/// to AWS is opened here (<see cref="Connect"/>), below TLS. Thread-safe.
/// </summary>
internal sealed class TrafficMeter
{
    public const string FileName = "traffic.json";

    private readonly AgentMetrics _metrics;
    private readonly DeviceClock _clock;
    private readonly ILogger<TrafficMeter> _logger;
    private readonly StateFile<TrafficDay> _file;
    private readonly HappyEyeballsConnector _connector;
    private readonly Lock _gate = new();
    private TrafficCounts _sinceStart = TrafficCounts.None;
    private TrafficCounts _undated = TrafficCounts.None;
    private TrafficDay? _day;
    private TrafficDay? _saved;

    public TrafficMeter(string stateDirectory, AgentMetrics metrics, DeviceClock clock, ILogger<TrafficMeter> logger)
    {
        (_metrics, _clock, _logger) = (metrics, clock, logger);
        _connector = HappyEyeballsConnector.ForSockets(clock);
        _file = new StateFile<TrafficDay>(Path.Combine(stateDirectory, FileName), TrafficDayJson.Default.TrafficDay, d => d.Problem);
        var reading = _file.Recover();
        if (reading.Problem is { } problem) logger.TrafficNotRead(problem);
        _day = _saved = reading.Value;
    }

    public TrafficStatus Status
    {
        get
        {
            lock (_gate)
            {
                var day = DateUndated();
                return new TrafficStatus(_sinceStart, day?.Day, day?.Today, day?.ThisMonth);
            }
        }
    }

    /// <summary>Opens connections whose bytes are counted.</summary>
    public Func<DnsEndPoint, CancellationToken, Task<Stream>> Connect(TrafficPurpose purpose)
    {
        return async (host, cancellationToken) => new CountingStream(
            await _connector.ConnectAsync(host, cancellationToken).ConfigureAwait(false),
            received => Count(purpose, new ByteCount(0, received)),
            sent => Count(purpose, new ByteCount(sent, 0)));
    }

    public void Count(TrafficPurpose purpose, ByteCount bytes)
    {
        var tag = KeyValuePair.Create<string, object?>(AgentMetrics.PurposeTag, NameOf(purpose));
        if (bytes.Sent > 0) _metrics.BytesSent.Add(bytes.Sent, tag);
        if (bytes.Received > 0) _metrics.BytesReceived.Add(bytes.Received, tag);
        lock (_gate)
        {
            _sinceStart = _sinceStart.With(purpose, bytes);
            _undated = _undated.With(purpose, bytes);
            DateUndated();
        }
    }

    /// <summary>Keeps the counts over a restart; writes nothing when nothing was counted since.</summary>
    public void Save()
    {
        TrafficDay? day;
        lock (_gate) day = DateUndated();
        if (day is null || day == _saved) return;
        if (_file.TryWrite(day) is { } problem) _logger.TrafficNotSaved(_file.Path, problem);
        else _saved = day;
    }

    /// <summary>As metrics and status name it.</summary>
    public static string NameOf(TrafficPurpose purpose) => purpose switch
    {
        TrafficPurpose.Credentials => "credentials",
        TrafficPurpose.Telemetry => "telemetry",
        _ => "control",
    };

    /// <returns>Today; null while the time is not known.</returns>
    private TrafficDay? DateUndated()
    {
        if (!_clock.IsTrusted) return null;
        var today = DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime);
        _day = (_day ?? new TrafficDay(today, TrafficCounts.None, TrafficCounts.None)).On(today).With(_undated);
        _undated = TrafficCounts.None;
        return _day;
    }
}

/// <summary>A snapshot of what was counted.</summary>
/// <param name="SinceStart">Of the agent.</param>
/// <param name="Day">The day by UTC; null while the time is not known, like those that follow.</param>
/// <param name="Today">On that day.</param>
/// <param name="ThisMonth">In the month of that day.</param>
internal sealed record TrafficStatus(TrafficCounts SinceStart, DateOnly? Day, TrafficCounts? Today, TrafficCounts? ThisMonth);
