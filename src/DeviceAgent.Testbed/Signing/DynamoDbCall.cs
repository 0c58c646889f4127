namespace DeviceAgent.Testbed.Signing;

/// <summary>A request that may be carried out.</summary>
/// <param name="Operation">E.g. <c>PutItem</c>.</param>
/// <param name="Body">Its JSON.</param>
/// <param name="Request">As it was received.</param>
/// <param name="Thing">The thing whose temporary credentials it is signed with; null for anybody else.</param>
internal sealed record DynamoDbCall(string Operation, ReadOnlyMemory<byte> Body, RawRequest Request, string? Thing = null);
