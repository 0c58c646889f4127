namespace DeviceAgent.Local;

/// <summary>What became of a reading that was handed in.</summary>
/// <param name="Outcome">Which it is.</param>
/// <param name="Reason">Why, unless it is on the medium.</param>
internal readonly record struct IngestResult(IngestOutcome Outcome, string? Reason);

internal enum IngestOutcome
{
    /// <summary>On the medium.</summary>
    Durable,

    /// <summary>Held in memory: uploaded if the agent goes on running, lost if it ends before the disk can be used again.</summary>
    InMemory,

    /// <summary>The spool did not take it; it may be sent again.</summary>
    NotTaken,

    /// <summary>It can never be taken as it is.</summary>
    Rejected,
}
