using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs.Rest;

/// <summary>The jobs data plane over REST (service <c>iot-jobs-data</c>): a job document is text here, an object over MQTT.</summary>
internal sealed class JobsDataOperations(DeviceJobs jobs, TimeProvider time)
{
    public IReadOnlyList<RestRoute> Routes => [.. Operations.Select(route => route with { Permissions = request => [Permission(route, request)] })];

    private IReadOnlyList<RestRoute> Operations =>
    [
        new("GetPendingJobExecutions", "GET", "/things/{thingName}/jobs", request => Pending(jobs.Pending(request.Label("thingName")))),
        new("StartNextPendingJobExecution", "PUT", "/things/{thingName}/jobs/$next", StartNext),
        new("DescribeJobExecution", "GET", "/things/{thingName}/jobs/{jobId}", Describe),
        new("UpdateJobExecution", "POST", "/things/{thingName}/jobs/{jobId}", Update),
    ];

    public static JsonObject Pending(IReadOnlyList<JobExecution> queue) => new()
    {
        ["inProgressJobs"] = ExecutionShapes.Summaries(queue, ExecutionStatus.InProgress),
        ["queuedJobs"] = ExecutionShapes.Summaries(queue, ExecutionStatus.Queued),
    };

    private static Permission Permission(RestRoute route, RestRequest request) => new($"iotjobsdata:{route.Operation}", Thing.ArnOf(request.Label("thingName")));

    private JsonObject StartNext(RestRequest request)
    {
        var data = JobsDataRequest.Of(request.Json);
        return Execution(jobs.StartNext(request.Label("thingName"), data.Details, data.FirstStepTimeout), includeDocument: true);
    }

    private JsonObject Describe(RestRequest request) => Execution(
        jobs.Describe(request.Label("thingName"), request.Label("jobId"), request.QueryNumber("executionNumber")), request.QueryFlag("includeJobDocument") ?? true);

    private JsonObject Update(RestRequest request)
    {
        var data = JobsDataRequest.Of(request.Json);
        var (execution, job) = jobs.Update(request.Label("thingName"), request.Label("jobId"), data.Update);
        return new JsonObject()
            .With("executionState", data.IncludeState ? ExecutionShapes.State(execution) : null)
            .With("jobDocument", data.IncludeDocument == true ? job.TextForDevices : null);
    }

    private JsonObject Execution(AssignedExecution? found, bool includeDocument) => new JsonObject().With(
        "execution", found is (var execution, var job) ? ExecutionShapes.Whole(execution, includeDocument ? job.TextForDevices : null, time.GetUtcNow()) : null);
}

/// <summary>The members that a device's requests may have, over MQTT as over REST.</summary>
internal sealed record JobsDataRequest
{
    private readonly JsonObject _body;

    private JobsDataRequest(JsonObject body) => _body = body;

    public IReadOnlyDictionary<string, string>? Details { get; private init; }

    /// <summary>Minutes; -1 stops the timer.</summary>
    public long? StepTimeout { get; private init; }

    public long? Number { get; private init; }

    public bool IncludeState { get; private init; }

    public bool? IncludeDocument { get; private init; }

    /// <summary>There is no timer to stop before an execution began.</summary>
    public long? FirstStepTimeout => JobRules.InRange("stepTimeoutInMinutes", StepTimeout, 1, JobRules.MaximumTimeoutMinutes);

    public ExecutionUpdate Update => new(Status, Details, StepTimeout, ExpectedVersion, Number);

    private string Status => JobRules.OneOf(
        "status", RestRequest.Value<string>(_body, "status", "a string") ?? throw RegistryException.InvalidRequest("status is needed."), ExecutionStatus.All);

    /// <summary>The guide's examples over MQTT have text here, the service model a number.</summary>
    private long? ExpectedVersion => _body["expectedVersion"] is JsonValue value && value.TryGetValue<string>(out var text)
        ? long.TryParse(text, out var number) ? number : throw RegistryException.InvalidRequest($"expectedVersion must be a whole number; got '{text}'.")
        : RestRequest.Value<long?>(_body, "expectedVersion", "a whole number");

    public static JobsDataRequest Of(JsonObject body)
    {
        var timeout = RestRequest.Value<long?>(body, "stepTimeoutInMinutes", "a whole number");
        return new JobsDataRequest(body)
        {
            Details = JobRules.Details(RestRequest.Map(body, "statusDetails")),
            StepTimeout = timeout == -1 ? timeout : JobRules.InRange("stepTimeoutInMinutes", timeout, 1, JobRules.MaximumTimeoutMinutes),
            Number = RestRequest.Value<long?>(body, "executionNumber", "a whole number"),
            IncludeState = RestRequest.Value<bool?>(body, "includeJobExecutionState", "true or false") ?? false,
            IncludeDocument = RestRequest.Value<bool?>(body, "includeJobDocument", "true or false"),
        };
    }
}
