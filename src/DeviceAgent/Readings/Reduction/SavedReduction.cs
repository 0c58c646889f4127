using System.Text.Json.Serialization;

namespace DeviceAgent.Readings.Reduction;

/// <summary>The form of <c>reduction.json</c>: what must survive a restart.</summary>
/// <param name="Windows">Those that are open.</param>
/// <param name="Closed">The ends of those that were closed lately, by serial number.</param>
/// <param name="Pending">Items of closed windows, as JSON, that may not be in the spool yet. Put in twice they are the same item.</param>
internal sealed record SavedReduction(IReadOnlyList<SavedWindow> Windows, IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>> Closed, IReadOnlyList<SavedItem> Pending)
{
    /// <summary>Why it cannot be used; null when it can.</summary>
    [JsonIgnore]
    public string? Problem =>
        Windows.Any(w => w.SerialNumber.Length == 0 || w.Attributes.Values.Any(a => Aggregate.TryRestore(a) is null)) ? "a window has values that are none"
        : Pending.Any(p => p.TryRead() is null) ? "an item is no reading"
        : null;
}

/// <summary>An open window.</summary>
internal sealed record SavedWindow(string SerialNumber, DateTimeOffset End, bool IsLive, IReadOnlyDictionary<string, SavedAggregate> Attributes)
{
    /// <summary>Null where it is not.</summary>
    public bool? IsSimulated { get; init; }
}

/// <summary>An attribute in it.</summary>
internal sealed record SavedAggregate(long Count, long Numbers, string Sum, int SumPlaces, string? Min, string? Max, string Last, string? LastAt);

/// <summary>An item of a window.</summary>
internal sealed record SavedItem(bool IsLive, string Reading)
{
    /// <summary>Null when it is no reading with serial number and timestamp.</summary>
    public AcceptedReading? TryRead()
    {
        var payload = System.Text.Encoding.UTF8.GetBytes(Reading);
        return ReadingJson.TryReadStored(payload, out _) is { SerialNumber: { } owner, Timestamp: { } time } sample
            ? new AcceptedReading(new Reading(owner, time, sample.Attributes), IsLive, IsRecorded: false, IsSimulated: false, payload)
            : null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SavedReduction))]
internal sealed partial class SavedReductionJson : JsonSerializerContext;
