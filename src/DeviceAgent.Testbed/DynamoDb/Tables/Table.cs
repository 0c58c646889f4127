namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>A table as the database has it.</summary>
/// <param name="RowId">Which items are its own; a table created anew under the same name has another.</param>
/// <param name="Definition">What it is.</param>
/// <param name="ItemCount">How many items it has now (on AWS this lags by hours).</param>
/// <param name="SizeBytes">Their size, likewise.</param>
internal sealed record Table(long RowId, TableDefinition Definition, long ItemCount, long SizeBytes);
