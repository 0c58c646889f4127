using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceAgent.Control.Shadow;

namespace DeviceAgent.Control;

/// <summary>What must survive a restart. What a file leaves out comes as null, and counts as empty.</summary>
internal sealed record ControlRecord
{
    /// <summary>Which executions of jobs are remembered.</summary>
    private const int MaxJobs = 20;

    /// <summary>What operators set, by key.</summary>
    public IReadOnlyDictionary<string, SettingOverride> Settings { get; init => field = value ?? field; } = new Dictionary<string, SettingOverride>();

    /// <summary>What was desired and dealt with, by key.</summary>
    public IReadOnlyDictionary<string, HandledValue> Handled { get; init => field = value ?? field; } = new Dictionary<string, HandledValue>();

    /// <summary>Null before the first.</summary>
    public ChangeRecord? LastChange { get; init; }

    /// <summary>Set before anything is done, gone when the end is known.</summary>
    public ExecutingChange? Executing { get; init; }

    /// <summary>Of <see cref="Settings"/>: what has not proven itself; null when all has.</summary>
    public SettingsTrial? Trial { get; init; }

    /// <summary>The latest, oldest first.</summary>
    public IReadOnlyList<FinishedJob> Jobs { get; init => field = value ?? field; } = [];

    /// <summary>Why it cannot be used; null when it can.</summary>
    [JsonIgnore]
    public string? Problem =>
        Settings.Values.Any(s => s is null) || Trial is { Change: null } or { Change.Reference: null } || Trial?.Proven.Values.Any(s => s is null) == true || Handled.Values.Any(h => h is null) || Jobs.Any(j => j is null or { JobId: null } or { Details: null }) ? "an entry of settings, trial, handled or jobs is null" : null;

    /// <summary>With the job as its newest; an older word on the same execution gives way.</summary>
    public ControlRecord With(FinishedJob job) =>
        this with { Jobs = [.. Jobs.Where(j => !j.Is(job.JobId, job.ExecutionNumber)).TakeLast(MaxJobs - 1), job] };
}

/// <summary>A setting that an operator changed remotely.</summary>
/// <param name="Value">What it is set to.</param>
/// <param name="By">Whether by the shadow, which can take it back by leaving it out, or by a job.</param>
internal sealed record SettingOverride(JsonElement Value, ChangeOrigin By);

/// <summary>A key of the shadow's desired state that was dealt with. It is looked at again when the operator writes it anew.</summary>
/// <param name="Value">What was desired.</param>
/// <param name="Timestamp">When it was written, in epoch seconds, by the shadow's metadata.</param>
/// <param name="Rejection">Why it is not active; null when it is.</param>
/// <param name="OthersToBlame">It was right itself, but came together with something that was not: it gets another chance with them.</param>
/// <param name="OvertakenBy">The job that has changed it since; null when none has.</param>
internal sealed record HandledValue(JsonElement Value, long Timestamp, string? Rejection = null, bool OthersToBlame = false, string? OvertakenBy = null)
{
    public const int LongestRejection = 300;

    /// <summary>It is this one that was dealt with: it has not been written anew.</summary>
    public bool Is(DesiredValue desired) => Timestamp == desired.Timestamp && JsonElement.DeepEquals(Value, desired.Value);
}

/// <summary>A change that has ended.</summary>
/// <param name="What"><c>roleAlias</c>, <c>settings</c>, or the name of an operation.</param>
/// <param name="By">How it was asked for.</param>
/// <param name="Reference">The job's id, or the version of the shadow.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="At">When.</param>
internal sealed record ChangeRecord(string What, ChangeOrigin By, string Reference, ChangeOutcome Outcome, DateTimeOffset At);

/// <summary>A change that is being made.</summary>
/// <param name="What"><c>roleAlias</c>, <c>settings</c>, or the name of an operation.</param>
/// <param name="By">How it was asked for.</param>
/// <param name="Reference">The job's id, or the version of the shadow.</param>
internal sealed record ExecutingChange(string What, ChangeOrigin By, string Reference);

/// <summary>An execution of a job whose end is known: it is never acted on again.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ExecutionNumber">Which execution of it on this device.</param>
/// <param name="Status">SUCCEEDED, FAILED or REJECTED.</param>
/// <param name="Details">What is told with it.</param>
/// <param name="Told">AWS IoT has acknowledged it, or takes no word on it any more.</param>
internal sealed record FinishedJob(string JobId, long ExecutionNumber, string Status, IReadOnlyDictionary<string, string> Details, bool Told = false)
{
    public bool Is(string jobId, long executionNumber) => JobId == jobId && ExecutionNumber == executionNumber;
}

/// <summary>The form of <c>control.json</c>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ControlRecord))]
internal sealed partial class ControlRecordJson : JsonSerializerContext;
