using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs.Rest;

/// <summary>Job executions, over the control plane.</summary>
internal sealed class JobExecutionOperations(JobControl jobs, TimeProvider time)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("ListJobExecutionsForJob", "GET", "/jobs/{jobId}/things", ListForJob),
        new("ListJobExecutionsForThing", "GET", "/things/{thingName}/jobs", ListForThing),
        new("DescribeJobExecution", "GET", "/things/{thingName}/jobs/{jobId}", Describe),
        new("CancelJobExecution", "PUT", "/things/{thingName}/jobs/{jobId}/cancel", Cancel),
        new("DeleteJobExecution", "DELETE", "/things/{thingName}/jobs/{jobId}/executionNumber/{executionNumber}", Delete),
    ];

    private JsonObject ListForJob(RestRequest request) => List(request, jobs.ExecutionsOfJob(request.Label("jobId")), execution => new JsonObject
    {
        ["thingArn"] = Thing.ArnOf(execution.ThingName),
        ["jobExecutionSummary"] = JobShapes.Summary(execution),
    });

    private JsonObject ListForThing(RestRequest request)
    {
        var jobId = request.Query("jobId");
        return List(request, jobs.ExecutionsOfThing(request.Label("thingName")).Where(e => jobId is null || e.JobId == jobId), execution => new JsonObject
        {
            ["jobId"] = execution.JobId,
            ["jobExecutionSummary"] = JobShapes.Summary(execution),
        });
    }

    private JsonObject Describe(RestRequest request) => new()
    {
        ["execution"] = JobShapes.Whole(
            jobs.Execution(request.Label("thingName"), request.Label("jobId"), request.QueryNumber("executionNumber")), time.GetUtcNow()),
    };

    private JsonObject? Cancel(RestRequest request)
    {
        jobs.CancelExecution(
            request.Label("thingName"), request.Label("jobId"), request.QueryFlag("force") ?? false, request.Number("expectedVersion"), JobRules.Details(request.Map("statusDetails")));
        return null;
    }

    private JsonObject? Delete(RestRequest request)
    {
        if (!long.TryParse(request.Label("executionNumber"), out var number)) throw RegistryException.InvalidRequest("executionNumber must be a whole number.");
        jobs.DeleteExecution(request.Label("thingName"), request.Label("jobId"), number, request.QueryFlag("force") ?? false);
        return null;
    }

    private static JsonObject List(RestRequest request, IEnumerable<JobExecution> executions, Func<JobExecution, JsonNode?> shape)
    {
        var status = request.Query("status") is { } wanted ? JobRules.OneOf("status", wanted, ExecutionStatus.All) : null;
        var (page, next) = Paging.Page(
            executions.Where(e => status is null || e.Status == status), e => e.Id, request.QueryNumber("maxResults"), request.Query("nextToken"));
        return new JsonObject { ["executionSummaries"] = RestJson.Array(page, shape) }.With("nextToken", next);
    }
}
