using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Provisioning.Templates;

/// <summary>An <c>AWS::IoT::Policy</c>: one that exists, or the document of one.</summary>
internal sealed record PolicyResource(JsonNode? Name, JsonNode? Document);
