using System.Text.Json.Serialization;

namespace DeviceAgent.Clock;

/// <summary>A time that was right, as it is kept over restarts.</summary>
/// <param name="Time">It is at least this late.</param>
/// <param name="BootId">The boot in which it was right.</param>
/// <param name="MonotonicMilliseconds">When, on that boot's monotonic clock.</param>
internal sealed record GoodTime(DateTimeOffset Time, string BootId, long MonotonicMilliseconds)
{
    [JsonIgnore]
    public Anchor Anchor => new(Time, TimeSpan.FromMilliseconds(MonotonicMilliseconds));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GoodTime))]
internal sealed partial class GoodTimeJson : JsonSerializerContext;
