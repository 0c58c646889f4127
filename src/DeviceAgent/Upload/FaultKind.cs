namespace DeviceAgent.Upload;

/// <summary>What the uploader does about a failed request.</summary>
internal enum FaultKind
{
    /// <summary>Passes by itself: throttling, service faults, the network. Retry with growing, random delays.</summary>
    Transient,

    /// <summary>No credentials could be had: the credentials library retries by its own rules.</summary>
    NoCredentials,

    /// <summary>The credentials have expired or are not known: fetch new ones and retry at once.</summary>
    StaleCredentials,

    /// <summary>Somebody must mend something. Hold everything, retry slowly, say what to do.</summary>
    Parked,

    /// <summary>Something in the request can never be accepted: find it and set it aside.</summary>
    Rejected,
}
