using System.Text.Json;

namespace DeviceAgent.Control.Jobs;

/// <summary>An execution of a job on this device, as AWS IoT has it.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ExecutionNumber">Which execution of the job on this device.</param>
/// <param name="Version">Grows with every update; an update must name it.</param>
/// <param name="Status">QUEUED, IN_PROGRESS, SUCCEEDED, ...</param>
/// <param name="Document">What shall be done; undefined where it is not an object.</param>
internal sealed record JobExecution(string JobId, long ExecutionNumber, long Version, string Status, JsonElement Document)
{
    /// <summary>Reads <c>execution</c> of an answer; null when nothing is pending or it has another form than it should.</summary>
    public static JobExecution? Read(JsonElement payload)
    {
        if (!payload.TryGetProperty("execution", out var execution) || execution.ValueKind != JsonValueKind.Object) return null;
        if (TextOf(execution, "jobId") is not { Length: > 0 } jobId || jobId.AsSpan().ContainsAny("/+#")) return null;
        execution.TryGetProperty("jobDocument", out var document);
        return new JobExecution(jobId, NumberOf(execution, "executionNumber") ?? 1, NumberOf(execution, "versionNumber") ?? 1, TextOf(execution, "status") ?? "", document);
    }

    /// <summary>Status and version in <c>executionState</c> of an answer.</summary>
    public static (string? Status, long? Version) ReadState(JsonElement payload) =>
        payload.TryGetProperty("executionState", out var state) && state.ValueKind == JsonValueKind.Object
            ? (TextOf(state, "status"), NumberOf(state, "versionNumber"))
            : (null, null);

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
