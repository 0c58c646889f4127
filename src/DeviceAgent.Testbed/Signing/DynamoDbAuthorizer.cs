using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Signing;

/// <summary>What the policies of the caller's role say; never asked for the operator.</summary>
internal delegate PolicyDecision DynamoDbAuthorizer(Caller caller, PolicyRequest request);
