using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TableDefinition))]
internal sealed partial class TableJsonContext : JsonSerializerContext;
