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

    /// <summary>How long the service asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public override string ToString() => Remedy.Length == 0 ? What : $"{What} {Remedy}";
}
