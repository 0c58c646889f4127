using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>The documents that the service sends. Times are epoch seconds.</summary>
internal static class ShadowDocuments
{
    /// <summary>The answer to get: both sections and their difference.</summary>
    public static JsonObject Current(StoredShadow shadow, long timestamp, string? clientToken)
    {
        var document = Sections(("desired", shadow.Desired), ("reported", shadow.Reported), ("delta", shadow.Delta));
        document["version"] = shadow.Version;
        return Signed(document, timestamp, clientToken);
    }

    /// <summary>The answer to an update: what was sent, with the metadata of what it set.</summary>
    public static JsonObject Accepted(ShadowUpdate update, long version, long timestamp)
    {
        var metadata = new JsonObject().With("desired", update.Desired.Metadata(timestamp)).With("reported", update.Reported.Metadata(timestamp));
        var document = new JsonObject { ["state"] = update.State?.DeepClone(), ["metadata"] = metadata, ["version"] = version };
        return Signed(document, timestamp, update.ClientToken);
    }

    /// <summary>What a device still has to do, with no section around it.</summary>
    public static JsonObject Delta(ShadowSection delta, long version, long timestamp, string? clientToken) =>
        Signed(new JsonObject { ["state"] = delta.Values, ["metadata"] = delta.Metadata, ["version"] = version }, timestamp, clientToken);

    /// <summary>The shadow before an update and after it.</summary>
    public static JsonObject Pair(StoredShadow previous, StoredShadow current, long timestamp, string? clientToken) =>
        Signed(new JsonObject { ["previous"] = Snapshot(previous), ["current"] = Snapshot(current) }, timestamp, clientToken);

    /// <summary>The answer to delete.</summary>
    public static JsonObject Deleted(long version, long timestamp, string? clientToken) =>
        Signed(new JsonObject { ["version"] = version }, timestamp, clientToken);

    /// <summary>The content of <c>rejected</c>.</summary>
    public static JsonObject Rejected(ShadowException refusal, long timestamp, string? clientToken) =>
        Signed(new JsonObject { ["code"] = refusal.Code, ["message"] = refusal.Message }, timestamp, clientToken);

    private static JsonObject Snapshot(StoredShadow shadow)
    {
        var document = Sections(("desired", shadow.Desired), ("reported", shadow.Reported));
        document["version"] = shadow.Version;
        return document;
    }

    private static JsonObject Sections(params ReadOnlySpan<(string Name, ShadowSection? Section)> sections)
    {
        var (state, metadata) = (new JsonObject(), new JsonObject());
        foreach (var (name, section) in sections)
        {
            if (section is null) continue;
            state[name] = section.Values.DeepClone();
            metadata[name] = section.Metadata.DeepClone();
        }

        return new JsonObject { ["state"] = state, ["metadata"] = metadata };
    }

    private static JsonObject Signed(JsonObject document, long timestamp, string? clientToken) =>
        document.With("timestamp", timestamp).With("clientToken", clientToken);
}

/// <summary>A shadow as it is kept; a deleted one leaves its version behind for a while.</summary>
/// <param name="Thing">The thing's name.</param>
/// <param name="Name">The shadow's name; null is the classic one.</param>
/// <param name="Desired">Null when nothing is desired.</param>
/// <param name="Reported">Null when nothing is reported.</param>
/// <param name="Version">Of the last change; a deletion is one.</param>
/// <param name="Deleted">When it was deleted; null while it exists.</param>
internal sealed record StoredShadow(string Thing, string? Name, ShadowSection? Desired, ShadowSection? Reported, long Version, DateTimeOffset? Deleted)
{
    public ShadowSection? Delta => ShadowDelta.Of(Desired, Reported);
}

[JsonSerializable(typeof(StoredShadow))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class ShadowJson : JsonSerializerContext;
