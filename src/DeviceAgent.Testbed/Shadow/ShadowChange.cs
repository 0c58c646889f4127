using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>What a change tells the world, whichever way it came in.</summary>
/// <param name="Key">The shadow that changed.</param>
/// <param name="Action"><c>update</c> or <c>delete</c>.</param>
/// <param name="Accepted">The answer to whoever asked.</param>
/// <param name="Delta">What is desired and not reported so; null when all is, and with delete.</param>
/// <param name="Documents">Before and after; null with delete.</param>
internal sealed record ShadowChange(ShadowKey Key, string Action, JsonObject Accepted, JsonObject? Delta, JsonObject? Documents);
