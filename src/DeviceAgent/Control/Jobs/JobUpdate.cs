namespace DeviceAgent.Control.Jobs;

/// <summary>What came of an update.</summary>
internal enum JobUpdate
{
    /// <summary>It was taken.</summary>
    Taken,

    /// <summary>The execution is over, cancelled or gone: no word on it is taken any more.</summary>
    Over,

    /// <summary>No answer; it is to be told again.</summary>
    Unknown,
}
