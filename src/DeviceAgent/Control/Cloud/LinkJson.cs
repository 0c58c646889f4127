using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DeviceAgent.Control.Cloud;

/// <summary>How payloads are written.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class LinkJson : JsonSerializerContext;
