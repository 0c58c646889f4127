using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Shadow;

[JsonSerializable(typeof(StoredShadow))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class ShadowJson : JsonSerializerContext;
