using System.Text.Json;

namespace DeviceAgent.Control.Shadow;

/// <summary>One key of the desired state.</summary>
/// <param name="Value">What it shall be.</param>
/// <param name="Timestamp">When it was written, in epoch seconds; 0 where the shadow does not say.</param>
internal sealed record Desire(JsonElement Value, long Timestamp);
