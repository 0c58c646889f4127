using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Shadow;

/// <summary><c>desired</c> or <c>reported</c> (or the difference): values, and in the same shape when each was set. Never changed once made.</summary>
internal sealed record ShadowSection(JsonObject Values, JsonObject Metadata)
{
    public static ShadowSection Empty => new([], []);
}
