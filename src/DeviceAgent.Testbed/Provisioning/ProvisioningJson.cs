using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Provisioning;

[JsonSerializable(typeof(ProvisioningTemplate))]
[JsonSerializable(typeof(TemporaryCertificate))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class ProvisioningJson : JsonSerializerContext;
