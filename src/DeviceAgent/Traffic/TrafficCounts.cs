using System.Text.Json.Serialization;

namespace DeviceAgent.Traffic;

/// <summary>What a connection is for.</summary>
internal enum TrafficPurpose
{
    /// <summary>Asking the credentials provider.</summary>
    Credentials,

    /// <summary>Writing readings to the table.</summary>
    Telemetry,

    /// <summary>Shadow, jobs and enrolment by MQTT.</summary>
    Control,
}

/// <summary>Bytes by purpose.</summary>
internal sealed record TrafficCounts(ByteCount Credentials, ByteCount Telemetry, ByteCount Control)
{
    public static readonly TrafficCounts None = new(default, default, default);

    [JsonIgnore]
    public ByteCount All => Credentials + Telemetry + Control;

    public TrafficCounts With(TrafficPurpose purpose, ByteCount more) => purpose switch
    {
        TrafficPurpose.Credentials => this with { Credentials = Credentials + more },
        TrafficPurpose.Telemetry => this with { Telemetry = Telemetry + more },
        TrafficPurpose.Control => this with { Control = Control + more },
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, null),
    };

    public static TrafficCounts operator +(TrafficCounts a, TrafficCounts b) => new(a.Credentials + b.Credentials, a.Telemetry + b.Telemetry, a.Control + b.Control);
}

/// <summary>Bytes each way, TLS included; the headers of TCP and IP are not.</summary>
internal readonly record struct ByteCount(long Sent, long Received)
{
    [JsonIgnore]
    public long Total => Sent + Received;

    public static ByteCount operator +(ByteCount a, ByteCount b) => new(a.Sent + b.Sent, a.Received + b.Received);
}

/// <summary>What was counted on a day, and in its month until then; <c>traffic.json</c> in the state directory.</summary>
/// <param name="Day">By UTC.</param>
/// <param name="Today">On that day.</param>
/// <param name="ThisMonth">In its month, that day included.</param>
internal sealed record TrafficDay(DateOnly Day, TrafficCounts Today, TrafficCounts ThisMonth)
{
    /// <summary>A link of 10 Gbit/s for a month; no sum of such is too large.</summary>
    private const long MostBytes = 1L << 52;

    /// <summary>Why it cannot be used; null when it can.</summary>
    [JsonIgnore]
    public string? Problem => IsPossible(Today) && IsPossible(ThisMonth) ? null : "no device sends and receives so much";

    /// <summary>The same on another day, on which nothing was counted yet.</summary>
    public TrafficDay On(DateOnly day) =>
        day == Day ? this : new TrafficDay(day, TrafficCounts.None, (day.Year, day.Month) == (Day.Year, Day.Month) ? ThisMonth : TrafficCounts.None);

    public TrafficDay With(TrafficCounts more) => this with { Today = Today + more, ThisMonth = ThisMonth + more };

    private static bool IsPossible(TrafficCounts counts) =>
        new[] { counts.Credentials, counts.Telemetry, counts.Control }.All(c => c is { Sent: >= 0 and < MostBytes, Received: >= 0 and < MostBytes });
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrafficDay))]
internal sealed partial class TrafficDayJson : JsonSerializerContext;
