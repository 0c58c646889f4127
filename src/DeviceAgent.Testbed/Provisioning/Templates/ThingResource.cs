using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Provisioning.Templates;

/// <summary>An <c>AWS::IoT::Thing</c>, its values not yet worked out; what is null the template does not mention.</summary>
internal sealed record ThingResource(
    JsonNode ThingName, JsonObject? Attributes, JsonNode? ThingTypeName, JsonArray? ThingGroups,
    OverrideSetting AttributesOverride, OverrideSetting ThingTypeOverride, OverrideSetting ThingGroupsOverride);
