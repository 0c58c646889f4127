using System.Text.Json;

namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>Reads the JSON of a policy strictly: what AWS would refuse is refused, with the place in the document.</summary>
internal sealed class PolicyReader
{
    private const string VersionWithVariables = "2012-10-17";
    private const string OldVersion = "2008-10-17";

    private readonly bool _isTrustPolicy;
    private bool _variables;

    private PolicyReader(bool isTrustPolicy) => _isTrustPolicy = isTrustPolicy;

    public static IReadOnlyList<PolicyStatement> Read(string json, bool isTrustPolicy)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return new PolicyReader(isTrustPolicy).ReadDocument(new PolicyNode(document.RootElement, "policy"));
        }
        catch (JsonException e)
        {
            throw new PolicyFormatException($"The policy is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // A text with half a surrogate pair is JSON, but no text.
            throw new PolicyFormatException($"The policy holds a text that is not valid Unicode: {e.Message}", e);
        }
    }

    private List<PolicyStatement> ReadDocument(PolicyNode root)
    {
        root.RequireFields("Version", "Id", "Statement");
        var version = root.Find("Version")?.Text ?? OldVersion;
        if (version is not (VersionWithVariables or OldVersion))
            throw root.Find("Version")!.Invalid($"must be \"{VersionWithVariables}\" (or the outdated \"{OldVersion}\"), not \"{version}\"");
        _variables = version == VersionWithVariables;
        _ = root.Find("Id")?.Text;

        var node = root.Require("Statement");
        var statements = node.ItemsOrSelf.Select(ReadStatement).ToList();
        if (statements.Count == 0) throw node.Invalid("must hold at least one statement");
        var repeated = statements.Where(s => s.Sid is { Length: > 0 }).GroupBy(s => s.Sid).FirstOrDefault(g => g.Count() > 1);
        return repeated is null ? statements : throw node.Invalid($"has two statements with the Sid \"{repeated.Key}\"; a Sid must be unique in its policy");
    }

    private PolicyStatement ReadStatement(PolicyNode node)
    {
        node.RequireFields("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition");
        var effect = node.Require("Effect");
        if (effect.Text is not ("Allow" or "Deny")) throw effect.Invalid($"must be \"Allow\" or \"Deny\", not \"{effect.Text}\"");
        var allows = effect.Text == "Allow";
        return new PolicyStatement(
            node.Find("Sid")?.Text,
            allows,
            PrincipalReader.Read(node, _isTrustPolicy, allows),
            ReadActions(node),
            ReadResources(node),
            node.Find("Condition") is { } conditions ? new ConditionReader(_variables).Read(conditions) : []);
    }

    private ActionElement ReadActions(PolicyNode statement)
    {
        var (node, inverted) = statement.RequireOneOf("Action", "NotAction");
        foreach (var action in node.Texts)
        {
            if (action != "*" && action.IndexOf(':', StringComparison.Ordinal) is <= 0)
                throw node.Invalid($"\"{action}\" must be \"*\" or carry the name of its service, as in \"dynamodb:PutItem\"");
            if (_isTrustPolicy && !action.StartsWith("sts:", StringComparison.OrdinalIgnoreCase))
                throw node.Invalid($"\"{action}\" is not an action of STS; a trust policy allows only those, such as \"sts:AssumeRole\"");
        }

        return new ActionElement(inverted, [.. node.Texts.Select(WildcardPattern.Of)]);
    }

    /// <summary>IAM takes a wildcard or a variable for one, too.</summary>
    private static bool IsPartition(string text) => text.AsSpan().ContainsAny('*', '?', '$') || text is "aws" or "aws-cn" or "aws-us-gov" || text.StartsWith("aws-iso", StringComparison.Ordinal);

    private ResourceElement? ReadResources(PolicyNode statement)
    {
        if (_isTrustPolicy)
        {
            statement.Prohibit("Resource", "the role itself is the resource of its trust policy");
            statement.Prohibit("NotResource", "the role itself is the resource of its trust policy");
            return null;
        }

        var (node, inverted) = statement.RequireOneOf("Resource", "NotResource");
        if (node.Texts.FirstOrDefault(r => r != "*" && !r.StartsWith("arn:", StringComparison.Ordinal)) is { } resource)
            throw node.Invalid($"\"{resource}\" must be in ARN format or \"*\"");
        if (node.Texts.FirstOrDefault(r => r != "*" && !IsPartition(r.Split(':')[1])) is { } foreign)
            throw node.Invalid($"Partition \"{foreign.Split(':')[1]}\" is not valid for resource \"{foreign}\"");
        return new ResourceElement(inverted, [.. node.Texts.Select(text => node.Located(() => PolicyTemplate.Parse(text, _variables)))]);
    }
}

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
