namespace DeviceAgent.Upload;

/// <summary>What the uploader shows of itself. Written by its loop, read by anybody.</summary>
internal sealed class UploadState(TimeProvider time)
{
    private Snapshot _snapshot = new(0, 0, 1, null, 0, null);

    public UploadStatus Status
    {
        get
        {
            var s = Volatile.Read(ref _snapshot);
            var left = s.Fault is null ? TimeSpan.Zero : time.GetElapsedTime(time.GetTimestamp(), s.ResumeAt);
            var fault = left > TimeSpan.Zero ? s.Fault : null;
            return new UploadStatus
            {
                Mode = fault is { Kind: FaultKind.Parked } ? UploadMode.Parked : fault is not null ? UploadMode.BackingOff : s.Requests > 0 ? UploadMode.Draining : UploadMode.Idle,
                NextAttemptIn = fault is null ? null : left,
                Reason = fault?.What,
                Remedy = fault is { Remedy.Length: > 0 } ? fault.Remedy : null,
                SinceLastSuccess = s.SucceededAt is { } at ? time.GetElapsedTime(at) : null,
                RequestsInFlight = s.Requests,
                ReadingsInFlight = s.Readings,
                Concurrency = s.Concurrency,
            };
        }
    }

    public void Sends(int requests, int readings, int concurrency) => Set(_snapshot with { Requests = requests, Readings = readings, Concurrency = concurrency });

    public void Succeeded() => Set(_snapshot with { SucceededAt = time.GetTimestamp() });

    /// <summary>Nothing is sent for so long, because of this.</summary>
    public void Pauses(UploadFault fault, TimeSpan delay) => Set(_snapshot with { Fault = fault, ResumeAt = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency) });

    private void Set(Snapshot snapshot) => Volatile.Write(ref _snapshot, snapshot);

    private sealed record Snapshot(int Requests, int Readings, int Concurrency, UploadFault? Fault, long ResumeAt, long? SucceededAt);
}

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

    /// <summary>How many requests may be in flight now.</summary>
    public int Concurrency { get; init; } = 1;
}

/// <summary>What the uploader is about.</summary>
internal enum UploadMode
{
    /// <summary>Nothing is to be sent now.</summary>
    Idle,

    /// <summary>Requests are in flight.</summary>
    Draining,

    /// <summary>The last request failed in a way that passes; the next attempt has its time.</summary>
    BackingOff,

    /// <summary>Somebody must mend something; everything is held until then.</summary>
    Parked,
}
