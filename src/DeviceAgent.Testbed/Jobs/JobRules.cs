using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>Limits of the service model on what operators and devices send.</summary>
internal static partial class JobRules
{
    public const int MaximumTimeoutMinutes = 10080;

    private const int MaximumDocumentLength = 32768;
    private const int MaximumTextLength = 2028;
    private const int MaximumDetails = 10;
    private const int MaximumDetailLength = 1024;

    public static string JobId(string value) => JobIdPattern().IsMatch(value)
        ? value
        : throw RegistryException.InvalidRequest($"A job id has 1 to 64 of the characters a-z, A-Z, 0-9, _ and -; got '{value}'.");

    /// <summary>A JSON object, since devices get it as one.</summary>
    public static string Document(string value)
    {
        if (value.Length is 0 or > MaximumDocumentLength) throw RegistryException.InvalidRequest($"document must have length between 1 and {MaximumDocumentLength}; got {value.Length}.");
        try
        {
            if (JsonNode.Parse(value) is JsonObject) return value;
        }
        catch (JsonException e)
        {
            throw RegistryException.InvalidRequest($"document is not JSON: {e.Message}");
        }

        throw RegistryException.InvalidRequest("document must be a JSON object.");
    }

    public static string? Text(string parameter, string? value) => value is null || (value.Length is > 0 and <= MaximumTextLength && NoControlPattern().IsMatch(value))
        ? value
        : throw RegistryException.InvalidRequest($"{parameter} must have 1 to {MaximumTextLength} characters and no control characters.");

    public static string? ReasonCode(string? value) => value is null || ReasonCodePattern().IsMatch(value)
        ? value
        : throw RegistryException.InvalidRequest($"reasonCode has at most 128 upper-case letters, digits and underscores; got '{value}'.");

    public static IReadOnlyDictionary<string, string>? Details(IReadOnlyDictionary<string, string>? details)
    {
        if (details?.Count > MaximumDetails) throw RegistryException.InvalidRequest($"statusDetails has at most {MaximumDetails} entries; got {details.Count}.");
        foreach (var (key, value) in details ?? new Dictionary<string, string>())
        {
            if (!DetailKeyPattern().IsMatch(key)) throw RegistryException.InvalidRequest($"A key of statusDetails has 1 to 128 of the characters a-z, A-Z, 0-9, :, _ and -; got '{key}'.");
            if (value.Length is 0 or > MaximumDetailLength || !NoControlPattern().IsMatch(value))
                throw RegistryException.InvalidRequest($"statusDetails.{key} must have 1 to {MaximumDetailLength} characters and no control characters.");
        }

        return details;
    }

    public static long? InRange(string parameter, long? value, long minimum, long maximum = int.MaxValue) => value is null || (value >= minimum && value <= maximum)
        ? value
        : throw RegistryException.InvalidRequest($"{parameter} must be between {minimum} and {maximum}; got {value}.");

    public static string OneOf(string parameter, string value, IReadOnlyList<string> choices) => choices.Contains(value)
        ? value
        : throw RegistryException.InvalidRequest($"{parameter} must be one of {string.Join(", ", choices)}; got '{value}'.");

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]{1,64}\z")]
    private static partial Regex JobIdPattern();

    [GeneratedRegex(@"\A[a-zA-Z0-9:_-]{1,128}\z")]
    private static partial Regex DetailKeyPattern();

    [GeneratedRegex(@"\A[^\p{C}]+\z")]
    private static partial Regex NoControlPattern();

    [GeneratedRegex(@"\A[\p{Lu}\p{Nd}_]{1,128}\z")]
    private static partial Regex ReasonCodePattern();
}
