using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DeviceAgent.Testbed.Faults;

/// <summary>Reads settings from JSON; keys left out take their defaults, keys that do not exist are errors.</summary>
internal static class FaultSettingsReader
{
    /// <summary>Null when anything is wrong; then the list is not empty.</summary>
    public static FaultSettings? Read(ReadOnlyMemory<byte> json, out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        problems = found;
        FaultSettings? settings = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            CheckKeys(document.RootElement, FaultsJson.Default.FaultSettings, "", found);
            if (found.Count == 0) settings = document.Deserialize(FaultsJson.Default.FaultSettings);
        }
        catch (JsonException failure)
        {
            found.Add(failure.Message);
        }

        if (found.Count == 0 && settings is null) found.Add("The settings must be a JSON object");
        if (settings is not null) FaultSettingsRules.Check(settings, found);
        return found.Count == 0 ? settings : null;
    }

    private static void CheckKeys(JsonElement element, JsonTypeInfo type, string path, List<string> problems)
    {
        if (element.ValueKind != JsonValueKind.Object) return;
        if (type is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } elementType })
        {
            foreach (var member in element.EnumerateObject()) CheckKeys(member.Value, type.Options.GetTypeInfo(elementType), $"{path}{member.Name}.", problems);
            return;
        }

        if (type.Kind != JsonTypeInfoKind.Object) return;
        // One that is ignored in JSON is listed, but has no getter.
        var known = type.Properties.Where(property => property.Get is not null).ToDictionary(property => property.Name);
        foreach (var member in element.EnumerateObject())
        {
            if (known.TryGetValue(member.Name, out var property)) CheckKeys(member.Value, type.Options.GetTypeInfo(property.PropertyType), $"{path}{member.Name}.", problems);
            else problems.Add($"'{path}{member.Name}' is not known; known here: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}");
        }
    }
}

/// <summary>The ranges of the settings.</summary>
internal static class FaultSettingsRules
{
    private const int MaxDelayMilliseconds = 10 * 60 * 1000;
    private const int MaxSkewSeconds = 10 * 366 * 24 * 3600;

    public static void Check(FaultSettings settings, List<string> problems)
    {
        Range("credentialsQuota", settings.CredentialsQuota, 1, 1_000_000, problems);
        Range("clockSkewSeconds", settings.ClockSkewSeconds, -MaxSkewSeconds, MaxSkewSeconds, problems);
        if (settings.Credentials is { } credentials) Check(credentials, problems);
        problems.AddRange(settings.Things.Where(t => t.Value is null).Select(t => $"'things.{t.Key}' is null, must be an object"));
        foreach (var kind in Enum.GetValues<DynamoDbFaultKind>())
        {
            if (settings.DynamoDb.Of(kind) is { } fault) Check(kind, fault, problems);
        }
    }

    private static void Check(CredentialsFault fault, List<string> problems)
    {
        Range("credentials.status", fault.Status, 400, 599, problems);
        Range("credentials.retryAfterSeconds", fault.RetryAfterSeconds, 0, 86_400, problems);
        Range("credentials.delayMilliseconds", fault.DelayMilliseconds, 0, MaxDelayMilliseconds, problems);
        Range("credentials.count", fault.Count, 1, int.MaxValue, problems);
        if (fault.Status is null && (fault.Message ?? fault.ErrorType) is not null)
            problems.Add("'credentials.message' and 'credentials.errorType' belong to an error answer: set 'credentials.status' too");
        if (fault.ErrorType?.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '/' or '.' or '#' or '-') is false)
            problems.Add($"'credentials.errorType' is '{fault.ErrorType}', must be fit for a header, such as ThrottlingException");
        if (fault.Status is not null && (fault.Reset || fault.Body != CredentialsBody.Good)) problems.Add("'credentials' can have one of 'status', 'body' and 'reset'");
    }

    private static void Check(DynamoDbFaultKind kind, DynamoDbFault fault, List<string> problems)
    {
        var path = $"dynamoDb.{char.ToLowerInvariant(kind.ToString()[0])}{kind.ToString()[1..]}";
        if (fault.Probability is not (>= 0 and <= 1)) problems.Add($"'{path}.probability' is {fault.Probability}, must be 0 to 1");
        Range($"{path}.count", fault.Count, 1, int.MaxValue, problems);
        Range($"{path}.milliseconds", fault.Milliseconds, 0, MaxDelayMilliseconds, problems);
        if ((kind == DynamoDbFaultKind.Delay) != fault.Milliseconds.HasValue)
            problems.Add($"'{path}.milliseconds' {(kind == DynamoDbFaultKind.Delay ? "is missing" : "belongs to dynamoDb.delay only")}");
    }

    private static void Range(string key, int? value, int min, int max, List<string> problems)
    {
        if (value < min || value > max) problems.Add($"'{key}' is {value}, must be {min} to {max}");
    }
}

/// <summary>Why settings were refused; all reasons together.</summary>
internal sealed record FaultProblems(IReadOnlyList<string> Errors);
