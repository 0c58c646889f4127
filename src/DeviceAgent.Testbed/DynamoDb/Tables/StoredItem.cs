using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <param name="Attributes">The item.</param>
/// <param name="Size">Its size in bytes (see <see cref="AttributeSize"/>).</param>
internal sealed record StoredItem(IReadOnlyDictionary<string, AttributeValue> Attributes, int Size);
