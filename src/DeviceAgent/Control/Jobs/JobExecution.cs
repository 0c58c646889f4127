using System.Text.Json;
using System.Text.RegularExpressions;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Readings;

namespace DeviceAgent.Control.Jobs;

/// <summary>An execution of a job on this device, as AWS IoT has it.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ExecutionNumber">Which execution of the job on this device.</param>
/// <param name="Version">Grows with every update; an update must name it.</param>
/// <param name="Status">QUEUED, IN_PROGRESS, SUCCEEDED, ...</param>
/// <param name="Document">What shall be done; undefined where it is not an object.</param>
/// <param name="Problem">Why the document cannot be read; null when it can.</param>
internal sealed partial record JobExecution(string JobId, long ExecutionNumber, long Version, string Status, JsonElement Document, string? Problem = null)
{
    private const string Execution = "execution";
    private const string JobDocument = "jobDocument";

    /// <summary>Reads <c>execution</c> of an answer; null when nothing is pending.</summary>
    /// <param name="json">The answer.</param>
    /// <param name="problem">There is one, and it cannot even be told how it ended: its id names a topic.</param>
    public static JobExecution? Read(CloudJson json, out string? problem)
    {
        problem = null;
        if (!json.Root.TryGetProperty(Execution, out var execution) || execution.ValueKind != JsonValueKind.Object) return null;
        var jobId = TextOf(execution, "jobId") ?? "";
        if (!Id().IsMatch(jobId))
        {
            problem = $"The job that is next has an id that no job can have ({Shown.Of(jobId)}), 1 to 64 of A-Z a-z 0-9 _ -: it is not looked at, and none after it.";
            return null;
        }

        execution.TryGetProperty(JobDocument, out var document);
        var fault = json.FaultIn($"{Execution}{SettingTree.Dot}{JobDocument}");
        return new JobExecution(jobId, NumberOf(execution, "executionNumber") ?? 1, NumberOf(execution, "versionNumber") ?? 1, TextOf(execution, "status") ?? "", document, fault);
    }

    /// <summary>Status and version in <c>executionState</c> of an answer.</summary>
    public static (string? Status, long? Version) ReadState(JsonElement payload) =>
        payload.TryGetProperty("executionState", out var state) && state.ValueKind == JsonValueKind.Object
            ? (TextOf(state, "status"), NumberOf(state, "versionNumber"))
            : (null, null);

    /// <summary>As AWS IoT has it; a job's topics are built of it.</summary>
    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,64}\z")]
    private static partial Regex Id();

    private static string? TextOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The documents disagree on whether numbers come as text.</summary>
    private static long? NumberOf(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.TryGetInt64(out var number) ? number : null;
        return value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
    }
}

/// <summary>The states of an execution, in AWS IoT's words.</summary>
internal static class JobStatus
{
    public const string InProgress = "IN_PROGRESS";
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";
    public const string Rejected = "REJECTED";

    /// <summary>What the outcome makes of the execution: a request that no device could follow is rejected.</summary>
    public static string Of(ChangeOutcome outcome) =>
        outcome.Result == ChangeResult.Applied ? Succeeded
        : outcome.Result == ChangeResult.Rejected && ChangeCodes.IsOfTheRequest(outcome.Code) ? Rejected
        : Failed;

    /// <summary>Whether nothing can change it any more.</summary>
    public static bool IsFinal(string? status) => status is not (null or "" or "QUEUED" or InProgress);
}

/// <summary>What a job asks for.</summary>
/// <param name="Operation">Its name; null when <paramref name="Problem"/> says why there is none.</param>
/// <param name="Problem">Why it cannot be carried out.</param>
internal sealed record JobDocument(string? Operation, ChangeOutcome? Problem)
{
    /// <summary>Checks what every job has; the rest is the operation's.</summary>
    /// <param name="execution">With the document as it came.</param>
    /// <param name="now">For <c>expiresAt</c>; null while the time is not known, when nothing expires.</param>
    public static JobDocument Read(JobExecution execution, DateTimeOffset? now)
    {
        var document = execution.Document;
        if (execution.Problem is { } problem) return new JobDocument(null, ChangeOutcome.Rejected(ChangeCodes.NotReadable, $"The job document cannot be read: {problem}."));
        if (document.ValueKind != JsonValueKind.Object) return Invalid("The job document must be a JSON object.");
        if (!document.TryGetProperty(OperationNames.Operation, out var name) || name.ValueKind != JsonValueKind.String || name.GetString() is not { Length: > 0 } operation)
            return Invalid("The job document must name its \"operation\", e.g. \"rotate-role-alias\".");
        if (!document.TryGetProperty(OperationNames.ExpiresAt, out var expires)) return new JobDocument(operation, null);
        if (expires.ValueKind != JsonValueKind.String || !IsoTimestamp.TryParse(expires.GetString(), out var read))
            return Invalid($"\"{OperationNames.ExpiresAt}\": {expires.GetRawText()} is not an ISO-8601 time; write e.g. \"2026-12-01T00:00:00Z\".");
        var end = read.Time;
        return now > end
            ? new JobDocument(operation, ChangeOutcome.Rejected(ChangeCodes.Expired, $"The job expired at {TimestampText.Format(end)}; it is {TimestampText.Format(now.Value)} now."))
            : new JobDocument(operation, null);
    }

    private static JobDocument Invalid(string reason) => new(null, ChangeOutcome.Rejected(ChangeCodes.InvalidArgument, reason));
}
