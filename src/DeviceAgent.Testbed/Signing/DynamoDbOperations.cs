using DeviceAgent.Testbed.DynamoDb;

namespace DeviceAgent.Testbed.Signing;

/// <summary>What the front door must know of DynamoDB's operations, whoever carries them out.</summary>
/// <param name="Knows">Whether there is an operation of this name.</param>
/// <param name="Accesses">What a request touches; throws <see cref="DynamoDbException"/> when its body can't be read.</param>
internal sealed record DynamoDbOperations(Func<string, bool> Knows, Func<string, ReadOnlyMemory<byte>, IReadOnlyList<DynamoDbAccess>> Accesses);
