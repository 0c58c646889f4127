using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

/// <summary>One call of a REST-JSON operation: its labels and query are decoded, its body is read.</summary>
internal sealed class RestRequest(
    IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> query, Func<string, string?> header, ReadOnlyMemory<byte> body)
{
    private JsonObject? _json;

    /// <summary>The labels of the path by their names.</summary>
    public IReadOnlyDictionary<string, string> Labels => labels;

    /// <summary>The body as it came: for operations whose body is a document or a message, not the members of the call.</summary>
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>The body as the members of the call.</summary>
    public JsonObject Json => _json ??= ParseBody(body);

    public string Label(string name) => labels[name];

    public string? Query(string name) => query.GetValueOrDefault(name);

    public bool? QueryFlag(string name) => Query(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw RegistryException.InvalidRequest($"{name} must be true or false; got '{other}'."),
    };

    public long? QueryNumber(string name)
    {
        if (Query(name) is not { } text) return null;
        return long.TryParse(text, out var number) ? number : throw RegistryException.InvalidRequest($"{name} must be a whole number; got '{text}'.");
    }

    public string RequiredQuery(string name) => Query(name) ?? throw RegistryException.InvalidRequest($"{name} is needed in the query.");

    public string? Header(string name) => header(name);

    public string RequiredHeader(string name) => header(name) is { Length: > 0 } value ? value : throw RegistryException.InvalidRequest($"The header {name} is needed.");

    public string? Text(string name) => Value<string>(Json, name, "a string");

    public string RequiredText(string name) => Text(name) ?? throw RegistryException.InvalidRequest($"{name} is needed.");

    public bool? Flag(string name) => Value<bool?>(Json, name, "true or false");

    public long? Number(string name) => Value<long?>(Json, name, "a whole number");

    public JsonObject? Object(string name) => Object(Json, name);

    public IReadOnlyList<string> Texts(string name) => Texts(Json, name);

    public IReadOnlyDictionary<string, string>? Map(string name) => Map(Json, name);

    /// <summary>Refuses members of the service model that would change the outcome but are not implemented here.</summary>
    public void RefuseUnplayed(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Json.ContainsKey(name)) throw RegistryException.InvalidRequest($"The testbed does not play {name}; leave it out.");
        }
    }

    /// <summary>A structure inside a structure.</summary>
    public static JsonObject? Object(JsonObject within, string name) => within[name] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw RegistryException.InvalidRequest($"{name} must be an object."),
    };

    public static IReadOnlyList<string> Texts(JsonObject within, string name) => within[name] switch
    {
        null => [],
        JsonArray array => [.. array.Select((item, i) => item is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw RegistryException.InvalidRequest($"{name}[{i}] must be a string."))],
        _ => throw RegistryException.InvalidRequest($"{name} must be an array of strings."),
    };

    /// <summary>A map of strings.</summary>
    public static IReadOnlyDictionary<string, string>? Map(JsonObject within, string name) =>
        Object(within, name)?.ToDictionary(pair => pair.Key, pair => pair.Value is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw RegistryException.InvalidRequest($"{name}.{pair.Key} must be a string."));

    public static T? Value<T>(JsonObject within, string name, string what)
    {
        if (within[name] is not { } node) return default;
        return node is JsonValue value && value.TryGetValue<T>(out var result) ? result : throw RegistryException.InvalidRequest($"{name} must be {what}.");
    }

    private static JsonObject ParseBody(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) return [];
        try
        {
            return JsonNode.Parse(body.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw RegistryException.InvalidRequest("The request body must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw RegistryException.InvalidRequest($"The request body is not JSON: {e.Message}");
        }
    }
}

/// <summary>Lists in pages. A token names the last item seen, so items added or removed meanwhile do no harm.</summary>
internal static class Paging
{
    private const int DefaultSize = 100;
    private const int MaximumSize = 250;

    /// <param name="items">All of them, in any order.</param>
    /// <param name="key">What they are sorted by; unique.</param>
    /// <param name="size">How many are wanted; null is the default.</param>
    /// <param name="token">Where the last page ended; null begins.</param>
    /// <param name="descending">Largest key first.</param>
    public static (IReadOnlyList<T> Items, string? Next) Page<T>(IEnumerable<T> items, Func<T, string> key, long? size, string? token, bool descending = false)
    {
        if (size is < 1 or > MaximumSize) throw RegistryException.InvalidRequest($"The page size must be between 1 and {MaximumSize}; got {size}.");
        var direction = descending ? -1 : 1;
        var last = token is null ? null : Decode(token);
        var left = items
            .Where(item => last is null || string.CompareOrdinal(key(item), last) * direction > 0)
            .Order(Comparer<T>.Create((a, b) => string.CompareOrdinal(key(a), key(b)) * direction))
            .ToList();
        var page = left.Take((int)(size ?? DefaultSize)).ToList();
        return (page, page.Count < left.Count ? Encode(key(page[^1])) : null);
    }

    private static string Encode(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));

    private static string Decode(string token) => Base64.IsValid(token)
        ? Encoding.UTF8.GetString(Convert.FromBase64String(token))
        : throw RegistryException.InvalidRequest("The token that says where to go on is not one of this service.");
}

/// <summary>Pieces of REST-JSON answers.</summary>
internal static class RestJson
{
    /// <summary>Timestamps are sent as epoch seconds with a fraction.</summary>
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
