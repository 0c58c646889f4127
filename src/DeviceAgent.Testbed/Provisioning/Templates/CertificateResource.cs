using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Provisioning.Templates;

/// <summary>An <c>AWS::IoT::Certificate</c>: the one whose token the device holds.</summary>
/// <param name="Status">What it becomes; null is ACTIVE.</param>
/// <param name="StatusOverride">What to do when an operator has changed its status meanwhile.</param>
internal sealed record CertificateResource(JsonNode? Status, OverrideSetting StatusOverride);
