using System.Text.RegularExpressions;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>Which shadow: a thing's classic one (no name) or one of its named ones. The thing need not be in the registry.</summary>
internal sealed partial record ShadowKey
{
    private ShadowKey(string thing, string? name) => (Thing, Name) = (thing, name);

    public string Thing { get; }

    /// <summary>Null is the classic shadow.</summary>
    public string? Name { get; }

    /// <summary>Unique; neither name can hold a slash.</summary>
    public string Id => $"{Thing}/{Name}";

    /// <summary>What every topic of this shadow begins with, e.g. <c>$aws/things/boiler-07/shadow/name/device-agent</c>.</summary>
    public string Topic => Name is null ? $"$aws/things/{Thing}/shadow" : $"$aws/things/{Thing}/shadow/name/{Name}";

    /// <summary>Null when one of the names breaks its pattern.</summary>
    public static ShadowKey? Of(string thing, string? name) =>
        ThingPattern().IsMatch(thing) && (name is null || NamePattern().IsMatch(name)) ? new ShadowKey(thing, name) : null;

    /// <summary>The shadow and the last segment (get, update, delete) of a topic on which it is asked for; null for any other topic.</summary>
    public static (ShadowKey Key, string Action)? OfTopic(string topic)
    {
        var (key, action) = topic.Split('/') switch
        {
            ["$aws", "things", var thing, "shadow", var last] => (Of(thing, null), last),
            ["$aws", "things", var thing, "shadow", "name", var name, var last] => (Of(thing, name), last),
            _ => (null, ""),
        };
        return key is not null && action is ("get" or "update" or "delete") ? (key, action) : null;
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9:_-]{1,128}\z")]
    private static partial Regex ThingPattern();

    [GeneratedRegex(@"\A[$a-zA-Z0-9:_-]{1,64}\z")]
    private static partial Regex NamePattern();
}
