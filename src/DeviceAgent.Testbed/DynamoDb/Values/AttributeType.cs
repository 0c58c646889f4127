namespace DeviceAgent.Testbed.DynamoDb.Values;

/// <summary>The data types, named as on the wire.</summary>
internal enum AttributeType
{
    S,
    N,
    B,
    BOOL,
    NULL,
    M,
    L,
    SS,
    NS,
    BS,
}
