using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Jobs.Model;
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
            .With("jobDocument", data.IncludeDocument == true ? job.Document : null);
    }

    private JsonObject Execution(AssignedExecution? found, bool includeDocument) => new JsonObject().With(
        "execution", found is (var execution, var job) ? ExecutionShapes.Whole(execution, includeDocument ? job.Document : null, time.GetUtcNow()) : null);
}
