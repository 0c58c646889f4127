namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>
/// The time to live setting of a table. Expired items stay readable, as they do on AWS for up to days; the testbed does
/// not delete them at all.
/// </summary>
internal sealed record TimeToLive(bool Enabled, string AttributeName, DateTimeOffset ChangedAt);
