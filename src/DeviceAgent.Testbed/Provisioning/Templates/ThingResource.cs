using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Provisioning.Templates;

/// <summary>An <c>AWS::IoT::Thing</c>, its values not yet worked out.</summary>
internal sealed record ThingResource(
    JsonNode ThingName, JsonObject? Attributes, JsonNode? ThingTypeName, OverrideSetting AttributesOverride, OverrideSetting ThingTypeOverride);
