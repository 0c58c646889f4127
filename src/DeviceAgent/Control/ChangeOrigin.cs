using System.Text.Json.Serialization;

namespace DeviceAgent.Control;

/// <summary>The way on which an operator asked for something.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChangeOrigin>))]
internal enum ChangeOrigin
{
    [JsonStringEnumMemberName("shadow")]
    Shadow,

    [JsonStringEnumMemberName("job")]
    Job,
}
