using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>A refusal by the jobs service: read over REST as any other of the registry, over MQTT by its <see cref="Code"/>.</summary>
/// <param name="code">As MQTT spells it, e.g. <c>VersionMismatch</c>.</param>
/// <param name="type">As REST spells it, e.g. <c>VersionConflictException</c>.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What is wrong.</param>
internal sealed class JobRefusal(string code, string type, int status, string message) : RegistryException(type, status, message)
{
    public string Code { get; } = code;

    /// <summary>The execution as it stands, for devices whose idea of it is out of date.</summary>
    public JobExecution? Execution { get; private init; }

    public static JobRefusal NoSuchJob(string jobId) => NotFound("job", jobId);

    public static JobRefusal NoSuchExecution(string jobId, string thingName, long? number) =>
        NotFound("execution", number is null ? $"job {jobId} on thing {thingName}" : $"job {jobId} on thing {thingName}, number {number}");

    public static JobRefusal NoSuchThing(string thingName) => NotFound("thing", thingName);

    public static JobRefusal StateTransition(JobExecution execution, string wanted) =>
        new("InvalidStateTransition", "InvalidStateTransitionException", 409, $"Job execution cannot go from status {execution.Status} to {wanted}.") { Execution = execution };

    public static JobRefusal JobState(string message) => new("InvalidStateTransition", "InvalidStateTransitionException", 409, message);

    public static JobRefusal WrongVersion(JobExecution execution, long expected) =>
        new("VersionMismatch", "VersionConflictException", 409, $"The expected version {expected} is not the version of the job execution, {execution.Version}.") { Execution = execution };

    public static JobRefusal Terminal(JobExecution execution) =>
        new("TerminalStateReached", "TerminalStateException", 410, $"Job execution {execution.Number} of job {execution.JobId} is in the terminal state {execution.Status}.");

    public static JobRefusal Json(string message) => new("InvalidJson", "InvalidRequestException", 400, message);

    public static JobRefusal Topic(string topic) => new("InvalidTopic", "InvalidRequestException", 400, $"The topic {topic} stands for no jobs API.");

    /// <summary>The MQTT code of any refusal.</summary>
    public static string CodeOf(RegistryException refusal) => refusal is JobRefusal job ? job.Code : refusal.Type.Replace("Exception", "");

    private static JobRefusal NotFound(string what, string which) => new("ResourceNotFound", "ResourceNotFoundException", 404, $"There is no such {what}: {which}.");
}
