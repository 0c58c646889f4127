namespace DeviceAgent.Testbed.Iam;

/// <summary>Who signed a request.</summary>
/// <param name="AccessKeyId">The key the request was signed with.</param>
/// <param name="Arn">The user's or the assumed role's ARN.</param>
/// <param name="UserId">What <c>aws:userid</c> says, e.g. <c>AROA...:session</c>.</param>
/// <param name="RoleName">The assumed role; null is the operator, who may do everything.</param>
/// <param name="ContextKeys">What the session carries into policies, e.g. <c>credentials-iot:ThingName</c>.</param>
internal sealed record Caller(string AccessKeyId, string Arn, string UserId, string? RoleName, IReadOnlyDictionary<string, string> ContextKeys);
