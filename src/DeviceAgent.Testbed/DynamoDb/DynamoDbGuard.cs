using DeviceAgent.Testbed.Iam;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>Asks the policies about everything that a request touches.</summary>
/// <param name="authorizer">Judges the sessions of roles.</param>
internal sealed class DynamoDbGuard(DynamoDbAuthorizer authorizer)
{
    /// <summary>The refusal of the first access that is not allowed; null when all are.</summary>
    public DynamoDbAnswer? Refusal(HttpContext context, Caller caller, IEnumerable<DynamoDbAccess> accesses)
    {
        foreach (var access in accesses)
        {
            var resource = access.TableName == DynamoDbAccess.AllTables ? "*" : CloudAccount.Arn("dynamodb", $"table/{access.TableName}");
            var decision = authorizer(caller, access.Action, resource, ContextOf(context, access));
            if (decision != PolicyDecision.Allow) return DynamoDbAnswer.AccessDenied(AccessDenied.Message(caller, access.Action, resource, decision));
        }

        return null;
    }

    private static Dictionary<string, IReadOnlyList<string>> ContextOf(HttpContext context, DynamoDbAccess access)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:SecureTransport"] = [context.Request.IsHttps ? "true" : "false"],
        };
        if (context.Connection.RemoteIpAddress is { } address) keys["aws:SourceIp"] = [(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()];
        if (context.Request.Headers.UserAgent.ToString() is { Length: > 0 } userAgent) keys["aws:UserAgent"] = [userAgent];
        if (access.LeadingKeys.Count > 0) keys["dynamodb:LeadingKeys"] = access.LeadingKeys;
        return keys;
    }
}

/// <summary>Whether a caller may do something, as <see cref="IamService.Decide"/> judges it.</summary>
/// <param name="caller">Who signed the request.</param>
/// <param name="action">Such as <c>dynamodb:PutItem</c>.</param>
/// <param name="resource">ARN of the table, or <c>*</c> for an operation on all of them.</param>
/// <param name="context">Condition keys of this request.</param>
internal delegate PolicyDecision DynamoDbAuthorizer(
    Caller caller, string action, string resource, IReadOnlyDictionary<string, IReadOnlyList<string>> context);
