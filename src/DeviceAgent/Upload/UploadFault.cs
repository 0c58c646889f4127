namespace DeviceAgent.Upload;

/// <summary>Why a request failed.</summary>
/// <param name="Kind">What is to be done about it.</param>
/// <param name="What">What happened, in the service's words.</param>
/// <param name="Remedy">What to do about it; empty when there is nothing to do but wait.</param>
internal sealed record UploadFault(FaultKind Kind, string What, string Remedy = "")
{
    /// <summary>What stays the same when the same fault happens again (a request id does not).</summary>
    public string Subject { get; init; } = What;

    /// <summary>What it is when the retry at once (<see cref="FaultKind.StaleCredentials"/>, <see cref="FaultKind.ClockSkew"/>) ends in it again.</summary>
    public FaultKind IfRepeated { get; init; } = FaultKind.Parked;

    /// <summary>True when the credentials are good and may not write: their role is to blame, and another one need not be.</summary>
    public bool IsDenied { get; init; }

    /// <summary>How long the service asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public override string ToString() => Remedy.Length == 0 ? What : $"{What} {Remedy}";
}

/// <summary>What the uploader does about a failed request.</summary>
internal enum FaultKind
{
    /// <summary>Passes by itself: service faults, the network, an answer that was cut or changed on the way. Retry with growing, random delays.</summary>
    Transient,

    /// <summary>The service takes less than it is given. As <see cref="Transient"/>, and it is the service that sets the pace.</summary>
    Throttled,

    /// <summary>No credentials could be had: the credentials library retries by its own rules.</summary>
    NoCredentials,

    /// <summary>The credentials have expired or are not known: fetch new ones and retry at once, once.</summary>
    StaleCredentials,

    /// <summary>The signature's time was off and is measured anew by the answer: retry at once, once.</summary>
    ClockSkew,

    /// <summary>Somebody must mend something. Hold everything, retry slowly, say what to do.</summary>
    Parked,

    /// <summary>Something in the request can never be accepted: find it and set it aside.</summary>
    Rejected,
}
