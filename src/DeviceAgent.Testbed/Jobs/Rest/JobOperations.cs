using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs.Rest;

/// <summary>Jobs, over the control plane.</summary>
internal sealed class JobOperations(JobControl jobs, ThingGroupRegistry groups, TimeProvider time)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("CreateJob", "PUT", "/jobs/{jobId}", Create),
        new("DescribeJob", "GET", "/jobs/{jobId}", Describe),
        new("GetJobDocument", "GET", "/jobs/{jobId}/job-document", request => new JsonObject { ["document"] = jobs.Get(request.Label("jobId")).Document }),
        new("UpdateJob", "PATCH", "/jobs/{jobId}", Update),
        new("CancelJob", "PUT", "/jobs/{jobId}/cancel", Cancel),
        new("DeleteJob", "DELETE", "/jobs/{jobId}", Delete),
        new("ListJobs", "GET", "/jobs", List),
        new("AssociateTargetsWithJob", "POST", "/jobs/{jobId}/targets", Associate),
    ];

    private JsonObject Create(RestRequest request)
    {
        request.RefuseUnplayed(
            "documentSource", "jobTemplateArn", "documentParameters", "presignedUrlConfig", "namespaceId", "destinationPackageVersions", "tags");
        var selection = JobRules.OneOf("targetSelection", request.Text("targetSelection") ?? TargetSelection.Snapshot, TargetSelection.All);
        return JobShapes.Identity(jobs.Create(
            request.Label("jobId"), request.RequiredText("document"), request.Texts("targets"), selection, JobConfig.Settings(request), JobConfig.Schedule(request, time.GetUtcNow())));
    }

    private JsonObject Describe(RestRequest request)
    {
        var (job, counts, processing) = jobs.Describe(request.Label("jobId"));
        return new JsonObject { ["job"] = JobShapes.Whole(job, counts, processing) };
    }

    private JsonObject? Update(RestRequest request)
    {
        request.RefuseUnplayed("presignedUrlConfig");
        jobs.Update(request.Label("jobId"), JobConfig.Settings(request));
        return null;
    }

    private JsonObject Cancel(RestRequest request) => JobShapes.Identity(jobs.Cancel(
        request.Label("jobId"), request.QueryFlag("force") ?? false, JobRules.ReasonCode(request.Text("reasonCode")), JobRules.Text("comment", request.Text("comment"))));

    private JsonObject? Delete(RestRequest request)
    {
        jobs.Delete(request.Label("jobId"), request.QueryFlag("force") ?? false);
        return null;
    }

    private JsonObject Associate(RestRequest request) =>
        JobShapes.Identity(jobs.Associate(request.Label("jobId"), request.Texts("targets"), JobRules.Text("comment", request.Text("comment"))));

    private JsonObject List(RestRequest request)
    {
        var (status, selection, group) = (request.Query("status"), request.Query("targetSelection"), GroupName(request));
        if (status is not null) JobRules.OneOf("status", status, JobStatus.All);
        if (selection is not null) JobRules.OneOf("targetSelection", selection, TargetSelection.All);
        var wanted = jobs.List().Where(job =>
            (status is null || job.Status == status)
            && (selection is null || job.Selection == selection)
            && (group is null || job.Targets.Any(target => JobTargets.IsGroup(target, group))));
        var (page, next) = Paging.Page(wanted, j => $"{j.Created:O}/{j.Id}", request.QueryNumber("maxResults"), request.Query("nextToken"), descending: true);
        return new JsonObject { ["jobs"] = RestJson.Array(page, JobShapes.Summary) }.With("nextToken", next);
    }

    private string? GroupName(RestRequest request)
    {
        if (request.Query("thingGroupName") is { } name) return groups.Get(name).Name;
        if (request.Query("thingGroupId") is not { } id) return null;
        return groups.All.FirstOrDefault(g => g.Id == id)?.Name ?? throw RegistryException.NotFound($"Thing group with id {id} cannot be found.");
    }
}
