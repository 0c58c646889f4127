using System.Text;
using System.Xml.Linq;

namespace DeviceAgent.Fleet.Aws;

/// <summary>A role as IAM has it.</summary>
/// <param name="TrustPolicy">JSON.</param>
/// <param name="MaxSessionSeconds">Longer sessions are refused.</param>
internal sealed record RoleDescription(string TrustPolicy, int MaxSessionSeconds);

/// <summary>What the tool asks IAM and STS, by their Query interface.</summary>
internal sealed class IamQueries(AwsClient client)
{
    /// <summary>Null when there is no such role.</summary>
    public async Task<RoleDescription?> RoleAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var xml = await AskAsync(AwsService.Iam, "GetRole", "2010-05-08", [new("RoleName", name)], cancellationToken).ConfigureAwait(false);
            return new RoleDescription(
                Uri.UnescapeDataString(XmlText.First(xml, "AssumeRolePolicyDocument") ?? "{}"), int.TryParse(XmlText.First(xml, "MaxSessionDuration"), out var seconds) ? seconds : 3600);
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>For each table, whether sessions of the role for the thing may do all of the actions; what they may not, and why.</summary>
    public async Task<IReadOnlyList<SimulatedDecision>> SimulateAsync(string roleArn, IReadOnlyList<string> actions, string resource, string thing, CancellationToken cancellationToken)
    {
        var parameters = new List<KeyValuePair<string, string>> { new("PolicySourceArn", roleArn), new("ResourceArns.member.1", resource) };
        for (var i = 0; i < actions.Count; i++) parameters.Add(new($"ActionNames.member.{i + 1}", actions[i]));
        parameters.AddRange(
        [
            new("ContextEntries.member.1.ContextKeyName", "credentials-iot:ThingName"), new("ContextEntries.member.1.ContextKeyType", "string"), new("ContextEntries.member.1.ContextKeyValues.member.1", thing),
        ]);
        var xml = await AskAsync(AwsService.Iam, "SimulatePrincipalPolicy", "2010-05-08", parameters, cancellationToken).ConfigureAwait(false);
        return [.. XmlText.All(xml, "EvalActionName").Select(e => e.Parent!).Select(r => new SimulatedDecision(r.Child("EvalActionName") ?? "", r.Child("EvalDecision") ?? "", [.. r.Descendants().Where(d => d.Name.LocalName == "MissingContextValues").Descendants().Select(d => d.Value)]))];
    }

    /// <summary>The ARN of whoever runs the tool.</summary>
    public async Task<string> CallerAsync(CancellationToken cancellationToken) =>
        XmlText.First(await AskAsync(AwsService.Sts, "GetCallerIdentity", "2011-06-15", [], cancellationToken).ConfigureAwait(false), "Arn") ?? "";

    private async Task<string> AskAsync(AwsService service, string action, string version, IEnumerable<KeyValuePair<string, string>> parameters, CancellationToken cancellationToken)
    {
        var form = string.Join('&', parameters.Prepend(new("Version", version)).Prepend(new("Action", action)).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        var body = await client.AskForBytesAsync(
            new AwsRequest(action, service, HttpMethod.Post, "/") { Body = Encoding.UTF8.GetBytes(form), ContentType = "application/x-www-form-urlencoded; charset=utf-8" }, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(body);
    }
}

/// <summary>What IAM would decide.</summary>
/// <param name="Action">On which.</param>
/// <param name="Decision"><c>allowed</c>, <c>implicitDeny</c> or <c>explicitDeny</c>.</param>
/// <param name="Missing">Condition keys that it would have to know.</param>
internal sealed record SimulatedDecision(string Action, string Decision, IReadOnlyList<string> Missing)
{
    public bool IsAllowed => Decision == "allowed";
}
