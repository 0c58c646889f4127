using Amazon.DynamoDBv2.Model;
using DeviceAgent.Spool;

namespace DeviceAgent.Upload;

/// <summary>A record of the spool as an item of the table.</summary>
internal sealed record PendingItem(SpoolRecord Record, ItemKey Key, Dictionary<string, AttributeValue> Item);
