using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Jobs;

/// <summary>The device's jobs at AWS IoT.</summary>
internal sealed class JobQueue
{
    /// <summary>The execution counts as lost when it is not heard of for so long; every word on it counts anew.</summary>
    private const int StepTimeoutMinutes = 60;

    /// <summary>How often an update is made with a newer version when somebody else's comes in between.</summary>
    private const int Attempts = 4;

    private readonly IotConnection _connection;
    private readonly ILogger _logger;
    private readonly string _prefix;

    public JobQueue(string thingName, IotConnection connection, ILogger<JobQueue> logger)
    {
        (_connection, _logger) = (connection, logger);
        _prefix = $"$aws/things/{thingName}/jobs";
    }

    /// <summary>The head of the queue is another one. Handlers must return at once.</summary>
    public event Action? Notified;

    /// <summary>Takes the head of the queue: it is in progress then, if it was not already.</summary>
    /// <returns>The execution, null when nothing is pending; or why there is no answer.</returns>
    public async Task<(JobExecution? Execution, TopicResponse? Failure)> StartNextAsync(CancellationToken cancellationToken)
    {
        if (await _connection.ListenAsync($"{_prefix}/notify-next", _ => Notified?.Invoke(), cancellationToken).ConfigureAwait(false) is { } deaf) return (null, deaf);
        var answer = await _connection.Requests.AskAsync($"{_prefix}/start-next", new JsonObject { ["stepTimeoutInMinutes"] = StepTimeoutMinutes }, cancellationToken).ConfigureAwait(false);
        if (answer is TopicResponse.Accepted accepted)
        {
            var next = JobExecution.Read(accepted.Json, out var problem);
            return (next, problem is null ? null : new TopicResponse.Missing(NoResponse.Lost, problem));
        }

        if (answer is TopicResponse.Rejected rejected) _logger.JobRefused("", "taking the next one", rejected.Code, rejected.Message);
        return (null, answer);
    }

    /// <summary>Reports the status of an execution.</summary>
    /// <returns>What came of it, and the version that the execution has now.</returns>
    public async Task<(JobUpdate Result, long Version, TopicResponse.Missing? Failure)> UpdateAsync(
        JobExecution execution, string status, IReadOnlyDictionary<string, string> details, CancellationToken cancellationToken)
    {
        var version = execution.Version;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            switch (await AskAsync(execution, status, details, version, cancellationToken).ConfigureAwait(false))
            {
                case TopicResponse.Accepted accepted:
                    return (JobUpdate.Taken, JobExecution.ReadState(accepted.Payload).Version ?? version + 1, null);
                case TopicResponse.Rejected { Code: "VersionMismatch" } mismatch when JobExecution.ReadState(mismatch.Payload) is { Version: { } actual } state && actual != version && !JobStatus.IsFinal(state.Status):
                    version = actual;
                    break;
                case TopicResponse.Missing missing:
                    return (JobUpdate.Unknown, version, missing);
                case TopicResponse.Rejected { Code: "RequestThrottled" or "InternalError" } later:
                    return (JobUpdate.Unknown, version, new TopicResponse.Missing(NoResponse.Lost, $"AWS IoT refuses it for now: {later.Code}."));
                case TopicResponse.Rejected { Code: "InvalidRequest" or "InvalidJson" } invalid when JobDetails.Essentials(details) is { } essentials:
                    // The end of a job must be told, whatever it is that AWS IoT does not take of the words about it.
                    _logger.JobRefused(execution.JobId, $"{status} with all details", invalid.Code, invalid.Message);
                    details = essentials;
                    break;
                case TopicResponse.Rejected rejected:
                    _logger.JobRefused(execution.JobId, status, rejected.Code, rejected.Message);
                    return (JobUpdate.Over, version, null);
            }
        }

        return (JobUpdate.Unknown, version, new TopicResponse.Missing(NoResponse.Lost, "Others update the job at the same time."));
    }

    private Task<TopicResponse> AskAsync(JobExecution execution, string status, IReadOnlyDictionary<string, string> details, long version, CancellationToken cancellationToken)
    {
        var update = new JsonObject
        {
            ["status"] = status,
            ["statusDetails"] = JobDetails.Write(details),
            ["expectedVersion"] = version.ToString(CultureInfo.InvariantCulture),
            ["executionNumber"] = execution.ExecutionNumber,
            ["includeJobExecutionState"] = true,
        };
        if (status == JobStatus.InProgress) update["stepTimeoutInMinutes"] = StepTimeoutMinutes;
        return _connection.Requests.AskAsync($"{_prefix}/{execution.JobId}/update", update, cancellationToken, answersOn: $"{_prefix}/+/update");
    }
}

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

/// <summary>What is told with the status of an execution, within AWS IoT's limits: at most 10 texts, each of 1 to 1024 characters without control characters.</summary>
internal static class JobDetails
{
    public const string Outcome = "outcome";
    public const string Code = "code";
    public const string Reason = "reason";
    public const string Step = "step";

    private const int Most = 10;

    /// <summary>Those of them that say how it ended; null when there are no others.</summary>
    public static IReadOnlyDictionary<string, string>? Essentials(IReadOnlyDictionary<string, string> details) =>
        details.Keys.All(k => k is Outcome or Code) ? null : details.Where(d => d.Key is Outcome or Code).ToDictionary();

    /// <summary>Those that are kept once they have been told: a report's are as much as all else that the agent remembers.</summary>
    public static IReadOnlyDictionary<string, string> Lasting(IReadOnlyDictionary<string, string> details) =>
        details.Where(d => d.Key is Outcome or Code or Reason or Step).ToDictionary();

    public static JsonObject Write(IReadOnlyDictionary<string, string> details) =>
        new(details.Where(d => d.Value.Length > 0).Take(Most).Select(d => KeyValuePair.Create(d.Key, (JsonNode?)PrintableText.Of(d.Value, ChangeOutcome.LongestReason))));
}
