using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Jobs.Model;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>Executions as devices are shown them: times are whole epoch seconds.</summary>
internal static class ExecutionShapes
{
    public static JsonObject Summary(JobExecution execution) => Times(new JsonObject { ["jobId"] = execution.JobId }, execution);

    public static JsonArray Summaries(IEnumerable<JobExecution> executions, string status) => RestJson.Array(executions.Where(e => e.Status == status), Summary);

    /// <param name="execution">Which one.</param>
    /// <param name="document">The job document: an object over MQTT, text over REST; null when it was not asked for.</param>
    /// <param name="now">For the time that is left.</param>
    public static JsonObject Whole(JobExecution execution, JsonNode? document, DateTimeOffset now)
    {
        var shape = new JsonObject { ["jobId"] = execution.JobId, ["thingName"] = execution.ThingName, ["status"] = execution.Status };
        if (execution.StatusDetails.Count > 0) shape["statusDetails"] = RestJson.Map(execution.StatusDetails);
        return Times(shape, execution).With("approximateSecondsBeforeTimedOut", SecondsLeft(execution, now)).With("jobDocument", document);
    }

    /// <summary>As <c>notify-next</c> shows it.</summary>
    public static JsonObject Announced(JobExecution execution, Job job)
    {
        var shape = new JsonObject { ["jobId"] = execution.JobId, ["status"] = execution.Status };
        if (execution.StatusDetails.Count > 0) shape["statusDetails"] = RestJson.Map(execution.StatusDetails);
        return Times(shape, execution).With("jobDocument", JsonNode.Parse(job.Document));
    }

    public static JsonObject State(JobExecution execution) => new()
    {
        ["status"] = execution.Status,
        ["statusDetails"] = RestJson.Map(execution.StatusDetails),
        ["versionNumber"] = execution.Version,
    };

    public static long? SecondsLeft(JobExecution execution, DateTimeOffset now) => execution is { IsTerminal: false, Deadline: { } deadline }
        ? Math.Max(0, (long)(deadline - now).TotalSeconds)
        : null;

    private static JsonObject Times(JsonObject shape, JobExecution execution) => shape
        .With("queuedAt", execution.Queued.ToUnixTimeSeconds())
        .With("startedAt", execution.Started?.ToUnixTimeSeconds())
        .With("lastUpdatedAt", execution.Updated.ToUnixTimeSeconds())
        .With("executionNumber", execution.Number)
        .With("versionNumber", execution.Version);
}
