namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>Reads <c>Principal</c> and <c>NotPrincipal</c>, which only trust policies have.</summary>
internal static class PrincipalReader
{
    public static PrincipalElement? Read(PolicyNode statement, bool isTrustPolicy, bool allows)
    {
        if (!isTrustPolicy)
        {
            statement.Prohibit("Principal", "the policy speaks of whomever it is attached to");
            statement.Prohibit("NotPrincipal", "the policy speaks of whomever it is attached to");
            return null;
        }

        var (node, inverted) = statement.RequireOneOf("Principal", "NotPrincipal");
        if (inverted && allows) throw node.Invalid("is possible only with \"Effect\": \"Deny\"");
        if (node.IsText)
        {
            return node.Text == "*"
                ? new PrincipalElement(inverted, Everyone: true, new HashSet<string>())
                : throw node.Invalid($"must be \"*\" or an object such as {{\"Service\": \"credentials.iot.amazonaws.com\"}}, not \"{node.Text}\"");
        }

        node.RequireFields("AWS", "Service", "Federated", "CanonicalUser");
        if (!node.Fields.Any()) throw node.Invalid("must name at least one principal");
        foreach (var (kind, names) in node.Fields)
        {
            if (names.Texts.FirstOrDefault(name => !IsPlausible(kind, name)) is { } name)
                throw names.Invalid($"Invalid principal in policy: \"{kind.ToUpperInvariant()}\":\"{name}\"");
        }

        var services = node.Find("Service")?.Texts ?? [];
        return new PrincipalElement(inverted, node.Find("AWS")?.Texts.Contains("*") is true, services.ToHashSet());
    }

    private static bool IsPlausible(string kind, string name) => kind switch
    {
        "Service" => name.EndsWith(".amazonaws.com", StringComparison.Ordinal) || name.EndsWith(".amazonaws.com.cn", StringComparison.Ordinal),
        "AWS" => name == "*" || name.StartsWith("arn:", StringComparison.Ordinal) || (name.Length == 12 && name.All(char.IsAsciiDigit)),
        _ => name.Length > 0,
    };
}
