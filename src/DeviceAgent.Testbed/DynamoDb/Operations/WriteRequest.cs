using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>One request of a batch.</summary>
/// <param name="IsPut">Put; otherwise delete.</param>
/// <param name="Attributes">The item to put or the key to delete.</param>
/// <param name="Size">Of the item.</param>
internal sealed record WriteRequest(bool IsPut, IReadOnlyDictionary<string, AttributeValue> Attributes, int Size);
