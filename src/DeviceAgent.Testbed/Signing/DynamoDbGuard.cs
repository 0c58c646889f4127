using System.Globalization;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.Iam;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Signing;

/// <summary>Asks the policies about everything that a request touches.</summary>
/// <param name="authorizer">Judges the sessions of roles; the operator may do everything.</param>
/// <param name="time">The cloud's clock.</param>
internal sealed class DynamoDbGuard(DynamoDbAuthorizer authorizer, TimeProvider time)
{
    /// <summary>The refusal of the first access that is not allowed; null when all are.</summary>
    public DynamoDbAnswer? Refusal(HttpContext context, Caller caller, IEnumerable<DynamoDbAccess> accesses)
    {
        if (caller.RoleName is null) return null;
        foreach (var access in accesses)
        {
            var resource = CloudAccount.Arn("dynamodb", $"table/{access.TableName}");
            var decision = authorizer(caller, new PolicyRequest(access.Action, resource, ContextOf(context, caller, access)));
            if (decision != PolicyDecision.Allow) return DynamoDbAnswer.AccessDenied(Text(caller, access.Action, resource, decision));
        }

        return null;
    }

    private static string Text(Caller caller, string action, string resource, PolicyDecision decision) =>
        $"User: {caller.Arn} is not authorized to perform: {action} on resource: {resource} " + (decision == PolicyDecision.ExplicitDeny
            ? "with an explicit deny in an identity-based policy"
            : $"because no identity-based policy allows the {action} action");

    private Dictionary<string, IReadOnlyList<string>> ContextOf(HttpContext context, Caller caller, DynamoDbAccess access)
    {
        var now = time.GetUtcNow();
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:CurrentTime"] = [now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)],
            ["aws:EpochTime"] = [now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)],
            ["aws:PrincipalAccount"] = [CloudAccount.AccountId],
            ["aws:PrincipalType"] = ["AssumedRole"],
            ["aws:RequestedRegion"] = [CloudAccount.Region],
            ["aws:SecureTransport"] = [context.Request.IsHttps ? "true" : "false"],
            ["aws:userid"] = [caller.UserId],
        };
        if (context.Connection.RemoteIpAddress is { } address) keys["aws:SourceIp"] = [(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()];
        if (context.Request.Headers.UserAgent.ToString() is { Length: > 0 } userAgent) keys["aws:UserAgent"] = [userAgent];
        if (access.LeadingKeys.Count > 0) keys["dynamodb:LeadingKeys"] = access.LeadingKeys;
        foreach (var (name, value) in caller.ContextKeys) keys[name] = [value];
        return keys;
    }
}
