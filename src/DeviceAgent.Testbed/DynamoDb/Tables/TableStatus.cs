namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>Named as on the wire.</summary>
internal enum TableStatus
{
    CREATING,
    ACTIVE,
    DELETING,
}
