using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Signing;

/// <summary>Whether a caller may do something, as <see cref="IamService.Decide"/> judges it.</summary>
/// <param name="caller">Who signed the request.</param>
/// <param name="action">Such as <c>dynamodb:PutItem</c>.</param>
/// <param name="resource">ARN of the table, or <c>*</c> for an operation on all of them.</param>
/// <param name="context">Condition keys of this request.</param>
internal delegate PolicyDecision DynamoDbAuthorizer(
    Caller caller, string action, string resource, IReadOnlyDictionary<string, IReadOnlyList<string>> context);
