namespace DeviceAgent.Readings;

/// <summary>Where readings come from. The sequence ends when the source has no more, and promptly when cancelled.</summary>
internal interface ISource
{
    IAsyncEnumerable<Sample> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>What a source yields: a reading that may lack its serial number and its timestamp.</summary>
internal sealed record Sample(IReadOnlyList<KeyValuePair<string, ReadingValue>> Attributes)
{
    /// <summary>Null: the configured serial number.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Null: the moment it is taken in.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The line it came from, where the source has lines.</summary>
    public long? Line { get; init; }
}
