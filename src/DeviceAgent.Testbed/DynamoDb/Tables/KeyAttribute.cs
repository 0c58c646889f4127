using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>A key attribute and its type: S, N or B.</summary>
internal sealed record KeyAttribute(string Name, AttributeType Type);
