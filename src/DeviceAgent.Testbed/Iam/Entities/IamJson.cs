using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Iam.Entities;

[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RoleRecord))]
[JsonSerializable(typeof(UserRecord))]
[JsonSerializable(typeof(PolicyRecord))]
internal sealed partial class IamJson : JsonSerializerContext;
