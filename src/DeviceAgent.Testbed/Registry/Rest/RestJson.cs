using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

/// <summary>Pieces of REST-JSON answers.</summary>
internal static class RestJson
{
    /// <summary>Epoch seconds with their fraction, which is how timestamps travel here.</summary>
    public static double Timestamp(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    public static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> node) => new([.. items.Select(node)]);

    public static JsonArray Texts(IEnumerable<string> items) => Array(items, item => JsonValue.Create(item));

    public static JsonObject Map(IEnumerable<KeyValuePair<string, string>> items) =>
        new(items.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));

    /// <summary>Sets a member that is left out of the answer when it has no value.</summary>
    public static JsonObject With(this JsonObject target, string name, JsonNode? value)
    {
        if (value is not null) target[name] = value;
        return target;
    }
}
