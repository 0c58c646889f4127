namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>What goes over the wire: an HTTP status and a JSON 1.0 body.</summary>
internal readonly record struct DynamoDbResponse(int StatusCode, byte[] Body);
