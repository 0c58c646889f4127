namespace DeviceAgent.Upload;

/// <summary>When DynamoDB may delete an item: so many days after its timestamp, in an attribute of its own (epoch seconds).</summary>
/// <param name="Attribute">The table's TTL attribute.</param>
/// <param name="Days">1 to 36500.</param>
internal sealed record TimeToLive(string Attribute, int Days);
