namespace DeviceAgent.Upload;

/// <summary>How it stands with the upload.</summary>
internal sealed record UploadStatus
{
    public UploadMode Mode { get; init; }

    /// <summary>Until the next attempt, while it backs off or is parked.</summary>
    public TimeSpan? NextAttemptIn { get; init; }

    /// <summary>Why, while it backs off or is parked.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do about it, where there is something to do.</summary>
    public string? Remedy { get; init; }

    /// <summary>Since the sink last accepted readings; null before the first time.</summary>
    public TimeSpan? SinceLastSuccess { get; init; }

    public int RequestsInFlight { get; init; }

    public int ReadingsInFlight { get; init; }

    /// <summary>How many requests may be under way now.</summary>
    public int Concurrency { get; init; } = 1;
}
