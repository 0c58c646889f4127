using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>A job: one document for many things.</summary>
/// <param name="Id">Chosen by the operator.</param>
/// <param name="Document">A JSON object, as text.</param>
/// <param name="Targets">ARNs of things and thing groups.</param>
/// <param name="Selection">See <see cref="TargetSelection"/>.</param>
/// <param name="Created">By the cloud's clock.</param>
internal sealed record Job(string Id, string Document, IReadOnlyList<string> Targets, string Selection, DateTimeOffset Created)
{
    /// <summary>
    /// The document as devices get it: what is null is left out, as AWS IoT Jobs do it (github.com/aws/aws-iot-device-sdk-python-v2/issues/597);
    /// operators are shown it as they wrote it.
    /// </summary>
    public JsonObject DocumentForDevices
    {
        get
        {
            var document = JsonNode.Parse(Document)!.AsObject();
            LeaveOutNulls(document);
            return document;
        }
    }

    /// <summary>The same as text: as the operator wrote it, where nothing is left out.</summary>
    public string TextForDevices
    {
        get
        {
            var document = JsonNode.Parse(Document)!.AsObject();
            return LeaveOutNulls(document) ? document.ToJsonString() : Document;
        }
    }

    public string Arn => CloudAccount.Arn("iot", $"job/{Id}");

    public required JobSettings Settings { get; init; }

    public JobSchedule? Schedule { get; init; }

    public string Status { get; init; } = JobStatus.InProgress;

    public DateTimeOffset Updated { get; init; } = Created;

    public DateTimeOffset? Completed { get; init; }

    public bool ForceCanceled { get; init; }

    public string? ReasonCode { get; init; }

    public string? Comment { get; init; }

    /// <summary>Things that the rollout has yet to reach, in the order in which it will.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>Things that were given an execution.</summary>
    public IReadOnlyList<string> Reached { get; init; } = [];

    /// <summary>When the next thing may be reached.</summary>
    public DateTimeOffset NextRollout { get; init; } = Created;

    /// <summary>The end of its schedule came: nothing more is reached.</summary>
    public bool RolloutStopped { get; init; }

    public bool IsContinuous => Selection == TargetSelection.Continuous;

    public bool IsActive => Status is JobStatus.InProgress or JobStatus.Scheduled;

    /// <returns>True when there were any.</returns>
    private static bool LeaveOutNulls(JsonNode? node)
    {
        var found = false;
        if (node is JsonArray items)
        {
            foreach (var item in items) found |= LeaveOutNulls(item);
        }
        else if (node is JsonObject members)
        {
            foreach (var name in members.Where(m => m.Value is null).Select(m => m.Key).ToList()) found |= members.Remove(name);
            foreach (var (_, value) in members) found |= LeaveOutNulls(value);
        }

        return found;
    }
}

/// <summary>The states of a job, spelt as the API spells them.</summary>
internal static class JobStatus
{
    public const string Scheduled = "SCHEDULED";
    public const string InProgress = "IN_PROGRESS";
    public const string Completed = "COMPLETED";
    public const string Canceled = "CANCELED";
    public const string DeletionInProgress = "DELETION_IN_PROGRESS";

    public static IReadOnlyList<string> All { get; } = [InProgress, Canceled, Completed, DeletionInProgress, Scheduled];
}

/// <summary>Whether a job is for the things that its targets hold at its start, or also for those that join later.</summary>
internal static class TargetSelection
{
    public const string Snapshot = "SNAPSHOT";
    public const string Continuous = "CONTINUOUS";

    public static IReadOnlyList<string> All { get; } = [Continuous, Snapshot];
}

/// <summary>How many things of a job are in each state. Of a thing that tries again, the last execution counts.</summary>
internal sealed class JobCounts(IEnumerable<JobExecution> latest)
{
    private readonly Dictionary<string, int> _counts = latest.CountBy(e => e.Status).ToDictionary();

    public int this[string status] => _counts.GetValueOrDefault(status);

    public int Executed => ExecutionStatus.Executed.Sum(status => this[status]);

    public int Open => this[ExecutionStatus.Queued] + this[ExecutionStatus.InProgress];

    /// <summary>Failures of a type, see <see cref="FailureType"/>.</summary>
    public int Covered(string failureType) => ExecutionStatus.Executed.Where(status => FailureType.Covers(failureType, status)).Sum(status => this[status]);
}

/// <summary>A job for one who watches: how it stands, and the last execution of each thing that it reached.</summary>
internal sealed record JobOverview(Job Job, JobCounts Counts, IReadOnlyList<JobExecution> Executions);

[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobExecution))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class JobsJson : JsonSerializerContext;
