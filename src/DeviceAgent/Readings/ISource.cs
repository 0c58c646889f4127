namespace DeviceAgent.Readings;

/// <summary>Where readings come from. The sequence ends when the source has no more, and promptly when cancelled.</summary>
internal interface ISource
{
    IAsyncEnumerable<Sample> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>What a source yields: a reading that may lack its serial number and its timestamp; or a line of input that is none.</summary>
internal sealed record Sample(IReadOnlyList<KeyValuePair<string, ReadingValue>> Attributes)
{
    /// <summary>Null: the configured serial number.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Null: the moment it is taken in.</summary>
    public ReadingTime? Timestamp { get; init; }

    /// <summary>The line it came from, where the source has lines.</summary>
    public long? Line { get; init; }

    /// <summary>Where it ends, when that is another line.</summary>
    public long? LastLine { get; init; }

    /// <summary>What is wrong with the line, and what to write instead; null for a reading.</summary>
    public string? Problem { get; init; }

    /// <summary>It comes from a file, which holds each key once.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Its values are made up, and its item says so.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>A line that is skipped.</summary>
    public static Sample Refused(long line, string problem) => new([]) { Line = line, Problem = problem };
}
