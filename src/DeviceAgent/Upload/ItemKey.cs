namespace DeviceAgent.Upload;

/// <summary>The key of an item, as it is in the table.</summary>
internal readonly record struct ItemKey(string Partition, string Sort);
