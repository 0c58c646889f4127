using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Tables;

/// <summary>What CreateTable fixed, and the little that changes later.</summary>
internal sealed record TableDefinition
{
    public required string Name { get; init; }

    public required string Id { get; init; }

    /// <summary>In the order of the request.</summary>
    public required IReadOnlyList<KeyAttribute> AttributeDefinitions { get; init; }

    public required KeyAttribute PartitionKey { get; init; }

    public KeyAttribute? SortKey { get; init; }

    public bool OnDemand { get; init; }

    /// <summary>Provisioned; zero when on demand.</summary>
    public long ReadUnits { get; init; }

    public long WriteUnits { get; init; }

    public string? TableClass { get; init; }

    public bool DeletionProtection { get; init; }

    /// <summary>The key ARN when encryption with a KMS key was asked for. Nothing is encrypted here.</summary>
    public string? EncryptionKeyArn { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    public TimeToLive? TimeToLive { get; init; }

    public string Arn => ArnOf(Name);

    /// <summary>The partition key and, when there is one, the sort key.</summary>
    public IEnumerable<KeyAttribute> Keys => SortKey is null ? [PartitionKey] : [PartitionKey, SortKey];

    public static string ArnOf(string tableName) => CloudAccount.Arn("dynamodb", $"table/{tableName}");
}

/// <summary>A key attribute and its type: S, N or B.</summary>
internal sealed record KeyAttribute(string Name, AttributeType Type);

/// <summary>A table as the database has it.</summary>
/// <param name="RowId">Which items are its own; a table created anew under the same name has another.</param>
/// <param name="Definition">What it is.</param>
/// <param name="ItemCount">How many items it has now (on AWS this lags by hours).</param>
/// <param name="SizeBytes">Their size, likewise.</param>
internal sealed record Table(long RowId, TableDefinition Definition, long ItemCount, long SizeBytes);

/// <summary>Named as on the wire.</summary>
internal enum TableStatus
{
    CREATING,
    ACTIVE,
    DELETING,
}

/// <summary>
/// The time to live setting of a table. Expired items stay readable, as they do on AWS for up to days; the testbed does
/// not delete them at all.
/// </summary>
internal sealed record TimeToLive(bool Enabled, string AttributeName, DateTimeOffset ChangedAt);
