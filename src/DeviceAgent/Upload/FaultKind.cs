namespace DeviceAgent.Upload;

/// <summary>What the uploader does about a failed request.</summary>
internal enum FaultKind
{
    /// <summary>Passes by itself: service faults, the network, an answer that was cut or changed on the way. Retry with growing, random delays.</summary>
    Transient,

    /// <summary>DynamoDB takes less than it is given. As <see cref="Transient"/>, and it is the service that sets the pace.</summary>
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
