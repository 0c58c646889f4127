using DeviceAgent.Testbed.Iam.Policies;

namespace DeviceAgent.Testbed.Iam;

/// <summary>Decides requests: denied unless allowed, and an explicit deny wins.</summary>
internal static class PolicyEvaluator
{
    public static PolicyDecision Evaluate(IEnumerable<PolicyDocument> policies, PolicyRequest request) =>
        Decide(policies, request, servicePrincipal: null);

    /// <summary>Decides by the trust policy of a role whether an AWS service may do this with the role.</summary>
    public static PolicyDecision EvaluateTrust(PolicyDocument trustPolicy, string servicePrincipal, PolicyRequest request) =>
        Decide([trustPolicy], request, servicePrincipal);

    private static PolicyDecision Decide(IEnumerable<PolicyDocument> policies, PolicyRequest request, string? servicePrincipal)
    {
        var decision = PolicyDecision.ImplicitDeny;
        foreach (var statement in policies.SelectMany(policy => policy.Statements))
        {
            if (!statement.AppliesTo(request, servicePrincipal)) continue;
            if (!statement.Allows) return PolicyDecision.ExplicitDeny;
            decision = PolicyDecision.Allow;
        }

        return decision;
    }
}

/// <summary>What a set of policies says about one request. Only <see cref="Allow"/> lets it pass.</summary>
internal enum PolicyDecision
{
    /// <summary>No statement applies.</summary>
    ImplicitDeny,

    /// <summary>A statement with <c>"Effect": "Deny"</c> applies; it wins over every Allow.</summary>
    ExplicitDeny,

    Allow,
}

/// <summary>One action that a caller wants to take, as policies see it.</summary>
/// <param name="Action">E.g. <c>dynamodb:PutItem</c>; compared without regard to case.</param>
/// <param name="Resource">The ARN acted upon, or <c>*</c> for an action that has none.</param>
/// <param name="Context">Condition keys and their values; the keys compare without regard to case.</param>
internal sealed record PolicyRequest(string Action, string Resource, IReadOnlyDictionary<string, IReadOnlyList<string>> Context)
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Context { get; init; } = WithoutCase(Context);

    private static Dictionary<string, IReadOnlyList<string>> WithoutCase(IReadOnlyDictionary<string, IReadOnlyList<string>> context)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(context.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, values) in context) keys[key] = values;
        return keys;
    }
}

/// <summary>The condition keys that every request of a role session has.</summary>
internal static class SessionContext
{
    /// <param name="caller">The session.</param>
    /// <param name="roleArn">Its role.</param>
    /// <param name="now">The cloud's time.</param>
    /// <param name="more">Keys of this request; they win.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of(
        Caller caller, string roleArn, DateTimeOffset now, IReadOnlyDictionary<string, IReadOnlyList<string>>? more)
    {
        var context = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:CurrentTime"] = [now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")],
            ["aws:EpochTime"] = [$"{now.ToUnixTimeSeconds()}"],
            ["aws:PrincipalAccount"] = [CloudAccount.AccountId],
            ["aws:PrincipalArn"] = [roleArn],
            ["aws:PrincipalType"] = ["AssumedRole"],
            ["aws:userid"] = [caller.UserId],
            ["aws:RequestedRegion"] = [CloudAccount.Region],
        };
        foreach (var (key, value) in caller.ContextKeys) context[key] = [value];
        if (more is null) return context;
        foreach (var (key, values) in more) context[key] = values;
        return context;
    }
}

/// <summary>Who signed a request.</summary>
/// <param name="AccessKeyId">The key the request was signed with.</param>
/// <param name="Arn">The user's or the assumed role's ARN.</param>
/// <param name="UserId">What <c>aws:userid</c> says, e.g. <c>AROA...:session</c>.</param>
/// <param name="RoleName">The assumed role; null is the operator, who may do everything.</param>
/// <param name="ContextKeys">What the session carries into policies, e.g. <c>credentials-iot:ThingName</c>.</param>
internal sealed record Caller(string AccessKeyId, string Arn, string UserId, string? RoleName, IReadOnlyDictionary<string, string> ContextKeys);

/// <summary>A parsed policy: of IAM (identity or trust policy) or of AWS IoT, which share one language.</summary>
internal sealed class PolicyDocument
{
    private PolicyDocument(string text, IReadOnlyList<PolicyStatement> statements)
    {
        Text = text;
        Statements = statements;
    }

    /// <summary>The document as it was given.</summary>
    public string Text { get; }

    public IReadOnlyList<PolicyStatement> Statements { get; }

    /// <summary>Reads an IAM identity policy or an AWS IoT policy: what the one who holds it may do.</summary>
    /// <exception cref="PolicyFormatException">The document is not a valid policy.</exception>
    public static PolicyDocument Parse(string json) => new(json, PolicyReader.Read(json, isTrustPolicy: false));

    /// <summary>Reads the trust policy of a role: who may assume it.</summary>
    /// <exception cref="PolicyFormatException">The document is not a valid trust policy.</exception>
    public static PolicyDocument ParseTrust(string json) => new(json, PolicyReader.Read(json, isTrustPolicy: true));
}

/// <summary>A policy document that AWS would refuse. The message names the place in the document and what is wrong there.</summary>
internal sealed class PolicyFormatException(string message, Exception? inner = null) : Exception(message, inner);
