using System.Xml.Linq;

namespace DeviceAgent.Testbed.Iam.Query;

/// <summary>SimulatePrincipalPolicy for roles: what their policies decide on actions and resources, with the context keys that are given.</summary>
internal sealed class SimulationActions(IamService iam)
{
    public IEnumerable<IamAction> All => [new("SimulatePrincipalPolicy", SourceArn, Simulate)];

    private static string SourceArn(QueryRequest request) => request.Required("PolicySourceArn");

    private XElement[] Simulate(QueryRequest request)
    {
        request.Without("PolicyInputList.member.1").Without("PermissionsBoundaryPolicyInputList.member.1").Without("ResourcePolicy").Without("CallerArn");
        var arn = SourceArn(request);
        if (iam.Roles.All.FirstOrDefault(r => r.Arn == arn) is not { } role) throw IamException.NoSuchEntity($"The testbed simulates roles; there is none with the ARN {arn}.");
        var policies = iam.PoliciesOfRole(role.Name);
        var context = Context(request);
        var resources = Members(request, "ResourceArns.member").DefaultIfEmpty("*").ToList();
        var results = from action in Members(request, "ActionNames.member") from resource in resources select Result(policies, action, resource, context);
        return [new("EvaluationResults", results), new("IsTruncated", "false")];
    }

    private static XElement Result(IReadOnlyList<PolicyDocument> policies, string action, string resource, IReadOnlyDictionary<string, IReadOnlyList<string>> context) => new(
        "member",
        new XElement("EvalActionName", action),
        new XElement("EvalResourceName", resource),
        new XElement("EvalDecision", PolicyEvaluator.Evaluate(policies, new PolicyRequest(action, resource, context)) switch
        {
            PolicyDecision.Allow => "allowed",
            PolicyDecision.ExplicitDeny => "explicitDeny",
            _ => "implicitDeny",
        }),
        new XElement("MatchedStatements"),
        new XElement("MissingContextValues"));

    private static Dictionary<string, IReadOnlyList<string>> Context(QueryRequest request)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        for (var n = 1; request.Optional($"ContextEntries.member.{n}.ContextKeyName") is { } name; n++) keys[name] = [.. Members(request, $"ContextEntries.member.{n}.ContextKeyValues.member")];
        return keys;
    }

    private static IEnumerable<string> Members(QueryRequest request, string list)
    {
        for (var n = 1; request.Optional($"{list}.{n}") is { } value; n++) yield return value;
    }
}
