using System.Text.Json;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Fleet.Aws;

/// <summary>A job to be made.</summary>
/// <param name="Id">1 to 64 of a-z, A-Z, 0-9, _ and -.</param>
/// <param name="Targets">ARNs of things and groups, at most <see cref="MaxTargets"/>.</param>
/// <param name="Document">JSON that the devices get.</param>
/// <param name="Description">For people, and what the tool has to remember.</param>
internal sealed record NewJob(string Id, IReadOnlyList<string> Targets, string Document, string Description)
{
    /// <summary>AWS's limit.</summary>
    public const int MaxTargets = 100;

    /// <summary>Devices a minute, 1 to 1000; null: all at once.</summary>
    public int? PerMinute { get; init; }

    /// <summary>The share of those that have ended, and did not succeed, at which AWS stops the job; null: never.</summary>
    public double? AbortPercentage { get; init; }

    /// <summary>So many must have ended before <see cref="AbortPercentage"/> counts.</summary>
    public int AbortAfter { get; init; } = 1;

    /// <summary>From when a device began until it is given up.</summary>
    public int TimeoutMinutes { get; init; } = 60;
}

/// <summary>A job as AWS describes it.</summary>
internal sealed record JobDescription(string Id, string Status, string Description, string? ReasonCode, string? Comment, DateTimeOffset Created, DateTimeOffset? Completed, JobCounts Counts)
{
    /// <summary>The ARNs of the things and groups that it asks.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    public bool IsActive => Status is "IN_PROGRESS" or "SCHEDULED";

    /// <summary>No device is at it, and none will be.</summary>
    public bool IsOver => !IsActive && Counts is { InProgress: 0, Queued: 0 };
}

/// <summary>How many things' executions are in each state.</summary>
internal sealed record JobCounts(int Queued, int InProgress, int Succeeded, int Failed, int Rejected, int TimedOut, int Canceled, int Removed)
{
    public int Unsuccessful => Failed + Rejected + TimedOut;
}

/// <summary>A thing's part in a job.</summary>
/// <param name="Thing">Its name.</param>
/// <param name="Status">As AWS writes it, e.g. <c>SUCCEEDED</c>.</param>
/// <param name="Updated">When it last changed.</param>
internal sealed record ThingExecution(string Thing, string Status, DateTimeOffset? Updated)
{
    public bool Succeeded => Status == "SUCCEEDED";

    /// <summary>It has ended, and not well.</summary>
    public bool Failed => Status is "FAILED" or "REJECTED" or "TIMED_OUT";

    public bool IsOpen => Status is "QUEUED" or "IN_PROGRESS";
}

/// <summary>AWS IoT Jobs.</summary>
internal sealed class IotJobs(AwsClient client)
{
    private const int PageSize = 250;

    /// <summary>False when there is one of that id already: another operator, or this one before, was faster.</summary>
    public async Task<bool> CreateAsync(NewJob job, CancellationToken cancellationToken)
    {
        try
        {
            await client.AskAsync(Request("CreateJob", HttpMethod.Put, AwsPath.Of("jobs", job.Id)) with { Body = Body(job) }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AwsException e) when (e.IsConflict)
        {
            return false;
        }
    }

    /// <summary>Null when there is none.</summary>
    public async Task<JobDescription?> DescribeAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var job = (await client.AskAsync(Request("DescribeJob", HttpMethod.Get, AwsPath.Of("jobs", id)), cancellationToken).ConfigureAwait(false)).GetProperty("job");
            var counts = job.Member("jobProcessDetails") ?? default;
            return new JobDescription(
                id, job.Text("status") ?? "", job.Text("description") ?? "", job.Text("reasonCode"), job.Text("comment"), job.Time("createdAt") ?? default, job.Time("completedAt"),
                new JobCounts(Of("Queued"), Of("InProgress"), Of("Succeeded"), Of("Failed"), Of("Rejected"), Of("TimedOut"), Of("Canceled"), Of("Removed")))
            {
                Targets = [.. job.Member("targets")?.EnumerateArray().Select(t => t.GetString()!) ?? []],
            };

            int Of(string state) => (int)(counts.Number($"numberOf{state}Things") ?? 0);
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>The ids of the newest jobs, the newest first.</summary>
    public async Task<IReadOnlyList<string>> NewestAsync(CancellationToken cancellationToken)
    {
        var answer = await client.AskAsync(Request("ListJobs", HttpMethod.Get, "/jobs") with { Query = [new("maxResults", $"{PageSize}")] }, cancellationToken).ConfigureAwait(false);
        return answer.TryGetProperty("jobs", out var jobs) ? [.. jobs.EnumerateArray().OrderByDescending(j => j.Time("createdAt")).Select(j => j.Text("jobId")!)] : [];
    }

    /// <summary>The last execution of each thing.</summary>
    /// <param name="id">Of the job.</param>
    /// <param name="status">Only these; null: all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<ThingExecution>> ExecutionsAsync(string id, string? status, CancellationToken cancellationToken)
    {
        var all = new List<(long Number, ThingExecution Execution)>();
        string? token = null;
        do
        {
            var page = await client.AskAsync(
                Request("ListJobExecutionsForJob", HttpMethod.Get, $"{AwsPath.Of("jobs", id)}/things") with { Query = [new("maxResults", $"{PageSize}"), new("nextToken", token), new("status", status)] }, cancellationToken).ConfigureAwait(false);
            if (page.TryGetProperty("executionSummaries", out var items))
            {
                foreach (var item in items.EnumerateArray())
                {
                    var (arn, summary) = (item.Text("thingArn")!, item.GetProperty("jobExecutionSummary"));
                    all.Add(((long)(summary.Number("executionNumber") ?? 0), new ThingExecution(arn[(arn.IndexOf(":thing/", StringComparison.Ordinal) + 7)..], summary.Text("status") ?? "", summary.Time("lastUpdatedAt"))));
                }
            }

            token = page.Text("nextToken");
        }
        while (token is not null);
        return [.. all.GroupBy(e => e.Execution.Thing).Select(g => g.MaxBy(e => e.Number).Execution)];
    }

    /// <summary>What the device said about its execution: <c>step</c>, <c>outcome</c>, <c>code</c>, <c>reason</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DetailsAsync(string id, string thing, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.AskAsync(Request("DescribeJobExecution", HttpMethod.Get, AwsPath.Of("things", thing, "jobs", id)), cancellationToken).ConfigureAwait(false);
            return answer.Member("execution", "statusDetails", "detailsMap") is { ValueKind: JsonValueKind.Object } map
                ? map.EnumerateObject().ToDictionary(p => p.Name, p => PrintableText.Whole(p.Value.ToString()))
                : new Dictionary<string, string>();
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            return new Dictionary<string, string>();
        }
    }

    /// <summary>No device begins any more; those that have begun finish. False when the job had ended already.</summary>
    public async Task<bool> CancelAsync(string id, string reasonCode, string comment, CancellationToken cancellationToken)
    {
        try
        {
            await client.AskAsync(Request("CancelJob", HttpMethod.Put, $"{AwsPath.Of("jobs", id)}/cancel") with
            {
                Body = JsonText.Object(j =>
                {
                    j.WriteString("reasonCode", reasonCode);
                    j.WriteString("comment", comment);
                }),
            }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AwsException e) when (e.Code is "InvalidRequestException" or "InvalidStateTransitionException")
        {
            // Between the look and this it ended.
            return false;
        }
    }

    private static AwsRequest Request(string operation, HttpMethod method, string path) => new(operation, AwsService.Iot, method, path);

    private static byte[] Body(NewJob job) => JsonText.Object(j =>
    {
        j.WriteStartArray("targets");
        foreach (var target in job.Targets) j.WriteStringValue(target);
        j.WriteEndArray();
        j.WriteString("document", job.Document);
        j.WriteString("description", job.Description);
        j.WriteString("targetSelection", "SNAPSHOT");
        if (job.PerMinute is { } rate)
        {
            j.WriteStartObject("jobExecutionsRolloutConfig");
            j.WriteNumber("maximumPerMinute", rate);
            j.WriteEndObject();
        }

        if (job.AbortPercentage is { } percentage)
        {
            j.WriteStartObject("abortConfig");
            j.WriteStartArray("criteriaList");
            j.WriteStartObject();
            j.WriteString("failureType", "ALL");
            j.WriteString("action", "CANCEL");
            j.WriteNumber("thresholdPercentage", percentage);
            j.WriteNumber("minNumberOfExecutedThings", job.AbortAfter);
            j.WriteEndObject();
            j.WriteEndArray();
            j.WriteEndObject();
        }

        j.WriteStartObject("timeoutConfig");
        j.WriteNumber("inProgressTimeoutInMinutes", job.TimeoutMinutes);
        j.WriteEndObject();
    });
}
