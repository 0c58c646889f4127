using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceAgent.Control;

/// <summary>The form of <c>control.json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ControlRecord))]
internal sealed partial class MemoryJson : JsonSerializerContext;
