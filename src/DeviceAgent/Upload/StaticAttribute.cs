using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Readings;

namespace DeviceAgent.Upload;

/// <summary>Values of static attributes as they are configured.</summary>
internal static class StaticAttribute
{
    /// <summary>A string, number, true or false, in the type that the file gives it; null for anything else.</summary>
    public static ReadingValue? ToValue(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => new ReadingValue.Text(node.GetValue<string>()),
        JsonValueKind.Number => new ReadingValue.Number(node.ToJsonString()),
        JsonValueKind.True => ReadingValue.Of(true),
        JsonValueKind.False => ReadingValue.Of(false),
        _ => null,
    };
}
