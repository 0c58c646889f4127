using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.WebPage;

/// <summary>The body of a request of the page.</summary>
internal sealed class ConsoleRequest(JsonObject body)
{
    /// <exception cref="FormatException">It is missing or no text.</exception>
    public string Text(string name) =>
        body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new FormatException($"'{name}' must be a text.");

    /// <exception cref="FormatException">It is missing or not in the range.</exception>
    public int Number(string name, int min, int max) =>
        body[name] is JsonValue value && value.TryGetValue<int>(out var number) && number >= min && number <= max
            ? number : throw new FormatException($"'{name}' must be a whole number from {min} to {max}.");

    /// <summary>Null when it is left out.</summary>
    /// <exception cref="FormatException">It is neither true nor false.</exception>
    public bool? Flag(string name) => body[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw new FormatException($"'{name}' must be true or false."),
    };
}
