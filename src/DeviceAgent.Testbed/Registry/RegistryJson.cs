using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Registry;

[JsonSerializable(typeof(Thing))]
[JsonSerializable(typeof(ThingType))]
[JsonSerializable(typeof(ThingGroup))]
[JsonSerializable(typeof(ThingGroupMember))]
[JsonSerializable(typeof(DeviceCertificateRecord))]
[JsonSerializable(typeof(CaCertificateRecord))]
[JsonSerializable(typeof(IotPolicy))]
[JsonSerializable(typeof(RoleAlias))]
[JsonSerializable(typeof(ThingAttachment))]
[JsonSerializable(typeof(PolicyAttachment))]
[JsonSerializable(typeof(RegistrationCode))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class RegistryJson : JsonSerializerContext;
