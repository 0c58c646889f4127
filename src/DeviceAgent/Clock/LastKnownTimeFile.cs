using System.Text.Json.Serialization;
using DeviceAgent.Storage;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Clock;

/// <summary><c>clock.json</c> in the state directory: the last time that was right.</summary>
internal sealed class LastKnownTimeFile(string stateDirectory, ILogger<LastKnownTimeFile> logger)
{
    public const string FileName = "clock.json";

    private readonly StateFile<LastKnownTime> _file = new(Path.Combine(stateDirectory, FileName), LastKnownTimeJson.Default.LastKnownTime, t => t.Problem);

    /// <summary>Only looks. Null when there is none, or none that can be used.</summary>
    public LastKnownTime? Read() => _file.Read().Value;

    /// <summary>Says what is wrong with the file; a damaged one is kept aside before it is overwritten.</summary>
    public void Recover()
    {
        if (_file.Recover().Problem is { } problem) logger.LastKnownTimeNotRead(problem);
    }

    /// <summary>The time is right without it: what goes wrong is only logged.</summary>
    public void Save(LastKnownTime time)
    {
        if (_file.TryWrite(time) is { } problem) logger.LastKnownTimeNotSaved(_file.Path, problem);
    }
}

/// <summary>A time that was right, as it is kept over restarts.</summary>
/// <param name="Time">It is at least this late.</param>
/// <param name="BootId">The boot in which it was right.</param>
/// <param name="MonotonicMilliseconds">When, on that boot's monotonic clock.</param>
internal sealed record LastKnownTime(DateTimeOffset Time, string BootId, long MonotonicMilliseconds)
{
    /// <summary>A hundred years: no machine runs for longer, and every sum with it is a time.</summary>
    private const long MostMilliseconds = 100L * 366 * 24 * 3600 * 1000;

    /// <summary>Why it cannot be used; null when it can.</summary>
    [JsonIgnore]
    public string? Problem =>
        MonotonicMilliseconds is < 0 or > MostMilliseconds ? $"a boot that lasts {MonotonicMilliseconds} ms is not possible"
        : Time.Year is < 1970 or > 2200 ? $"the year {Time.Year} is not possible"
        : null;

    [JsonIgnore]
    public Anchor Anchor => new(Time, TimeSpan.FromMilliseconds(MonotonicMilliseconds));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LastKnownTime))]
internal sealed partial class LastKnownTimeJson : JsonSerializerContext;
