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
