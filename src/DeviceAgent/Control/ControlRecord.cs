namespace DeviceAgent.Control;

/// <summary>What must survive a restart. What a file leaves out comes as null, and counts as empty.</summary>
internal sealed record ControlRecord
{
    /// <summary>Which executions of jobs are remembered.</summary>
    private const int MaxJobs = 20;

    /// <summary>What operators set, by key.</summary>
    public IReadOnlyDictionary<string, SettingOverride> Settings { get; init => field = value ?? field; } = new Dictionary<string, SettingOverride>();

    /// <summary>What was desired and dealt with, by key.</summary>
    public IReadOnlyDictionary<string, HandledDesire> Handled { get; init => field = value ?? field; } = new Dictionary<string, HandledDesire>();

    /// <summary>Null before the first.</summary>
    public ChangeRecord? LastChange { get; init; }

    /// <summary>Set before anything is done, gone when the end is known.</summary>
    public ExecutingChange? Executing { get; init; }

    /// <summary>The latest, oldest first.</summary>
    public IReadOnlyList<FinishedJob> Jobs { get; init => field = value ?? field; } = [];

    /// <summary>With the job as its newest; an older word on the same execution gives way.</summary>
    public ControlRecord With(FinishedJob job) =>
        this with { Jobs = [.. Jobs.Where(j => !j.Is(job.JobId, job.ExecutionNumber)).TakeLast(MaxJobs - 1), job] };
}
