using System.IO.Enumeration;
using System.Text.Json;
using DeviceAgent.Fleet.Aws;

namespace DeviceAgent.Fleet.Checks;

/// <summary>What a policy says of an action on a resource.</summary>
internal enum PolicySays
{
    Nothing,
    Allows,

    /// <summary>It allows under a condition, or names the resource with a variable, which only AWS can tell.</summary>
    MayAllow,
    Denies,
}

/// <summary>Reads policy documents as far as a check needs them.</summary>
internal static class PolicyDocument
{
    /// <summary>Whether the role may be assumed by this service.</summary>
    public static bool Trusts(string trustPolicy, string service) => Statements(trustPolicy).Any(s =>
        s.Text("Effect") == "Allow" && Any(s, "Action", a => Matches(a, "sts:AssumeRole")) && s.Member("Principal") is { } principal
        && (principal.ValueKind == JsonValueKind.Object && Any(principal, "Service", p => p == service)));

    /// <summary>A denial wins over all else, in several documents as in one.</summary>
    public static PolicySays Decide(IEnumerable<string> documents, string action, string resource)
    {
        var says = PolicySays.Nothing;
        foreach (var statement in documents.SelectMany(Statements))
        {
            if (!(Any(statement, "Action", a => Matches(a, action)) || (statement.Member("NotAction") is not null && !Any(statement, "NotAction", a => Matches(a, action))))) continue;
            var isVariable = Any(statement, "Resource", r => r.Contains("${", StringComparison.Ordinal) && Matches(WithoutVariables(r), resource));
            if (!isVariable && !Any(statement, "Resource", r => Matches(r, resource))) continue;
            var isSure = !isVariable && statement.Member("Condition") is null;
            if (statement.Text("Effect") == "Deny")
            {
                if (isSure) return PolicySays.Denies;
                continue;
            }

            if (isSure) says = PolicySays.Allows;
            else if (says == PolicySays.Nothing) says = PolicySays.MayAllow;
        }

        return says;
    }

    private static IEnumerable<JsonElement> Statements(string document)
    {
        JsonElement root;
        try
        {
            using var parsed = JsonDocument.Parse(document);
            root = parsed.RootElement.Clone();
        }
        catch (JsonException)
        {
            return [];
        }

        return root.Member("Statement") switch
        {
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
            { ValueKind: JsonValueKind.Object } one => [one],
            _ => [],
        };
    }

    private static bool Any(JsonElement statement, string name, Func<string, bool> holds) => statement.Member(name) switch
    {
        { ValueKind: JsonValueKind.String } one => holds(one.GetString()!),
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Any(e => e.ValueKind == JsonValueKind.String && holds(e.GetString()!)),
        _ => false,
    };

    private static bool Matches(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: pattern.StartsWith("iot:", StringComparison.OrdinalIgnoreCase));

    private static string WithoutVariables(string pattern)
    {
        while (pattern.IndexOf("${", StringComparison.Ordinal) is >= 0 and var at && pattern.IndexOf('}', at) is > 0 and var end) pattern = $"{pattern[..at]}*{pattern[(end + 1)..]}";
        return pattern;
    }
}
