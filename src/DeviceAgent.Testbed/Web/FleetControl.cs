using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Shadow;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Web;

/// <summary>What an operator does and sees by shadow and jobs, for the page. It uses the same services as the AWS CLI.</summary>
internal sealed class FleetControl(RegistryService registry, ShadowService shadows, JobsService jobs, TimeProvider time)
{
    private const int ShownJobs = 10;

    /// <summary>Desires another role alias for one thing.</summary>
    /// <exception cref="RegistryException">There is no such alias.</exception>
    public void DesireRoleAlias(string thing, string alias)
    {
        var desired = new JsonObject { ["roleAlias"] = registry.RoleAliases.Get(alias).Name };
        shadows.Update(KeyOf(thing), JsonBytes.Of(new JsonObject { ["state"] = new JsonObject { ["desired"] = desired } }));
    }

    /// <summary>A job that rotates the role alias of these things.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="RegistryException">Something about it is wrong.</exception>
    public string CreateRotation(IEnumerable<string> things, string alias, int perMinute, int abortPercentage, int abortAfter)
    {
        var id = $"rotate-{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        var document = new JsonObject { ["operation"] = "rotate-role-alias", ["roleAlias"] = registry.RoleAliases.Get(alias).Name };
        var settings = new JobSettings
        {
            Description = $"role alias {alias}",
            Rollout = new JobRollout(perMinute, null),
            Abort = [new AbortCriterion(FailureType.All, abortPercentage, abortAfter)],
        };
        return jobs.Control.Create(id, document.ToJsonString(), [.. things.Select(Thing.ArnOf)], TargetSelection.Snapshot, settings, schedule: null).Id;
    }

    /// <summary>The newest jobs, the newest first.</summary>
    public JsonArray Jobs() => new([.. jobs.Overview().OrderByDescending(o => o.Job.Created).Take(ShownJobs).Select(Write)]);

    /// <summary>How every thing of a job fares, in the order in which the job reached them; those that it has yet to reach come last.</summary>
    /// <exception cref="RegistryException">There is no such job.</exception>
    public JsonArray Executions(string jobId)
    {
        var overview = jobs.Overview().FirstOrDefault(o => o.Job.Id == jobId) ?? throw RegistryException.NotFound($"There is no job '{jobId}'.");
        return new JsonArray(
        [
            .. overview.Executions.OrderBy(e => e.Queued).ThenBy(e => e.ThingName, StringComparer.Ordinal).Select(Write),
            .. overview.Job.Waiting.Select(thing => new JsonObject { ["thingName"] = thing, ["status"] = overview.Job.IsActive ? "NOT_YET_REACHED" : "NEVER_REACHED" }),
        ]);
    }

    private static ShadowKey KeyOf(string thing) => ShadowKey.Of(thing, ShadowService.AgentShadow) ?? throw RegistryException.InvalidRequest($"'{thing}' does not name a thing.");

    private static JsonObject Write(JobOverview overview)
    {
        var (job, counts) = (overview.Job, overview.Counts);
        return new JsonObject
        {
            ["jobId"] = job.Id,
            ["description"] = job.Settings.Description,
            ["status"] = job.Status,
            ["comment"] = job.Comment,
            ["targets"] = job.Waiting.Count + job.Reached.Count,
            ["succeeded"] = counts[ExecutionStatus.Succeeded],
            ["inProgress"] = counts[ExecutionStatus.InProgress],
            ["failed"] = counts.Covered(FailureType.All),
            ["ended"] = counts[ExecutionStatus.Canceled] + counts[ExecutionStatus.Removed],
        };
    }

    private static JsonObject Write(JobExecution execution) => new()
    {
        ["thingName"] = execution.ThingName,
        ["status"] = execution.Status,
        ["code"] = execution.StatusDetails.GetValueOrDefault("code"),
        ["reason"] = execution.StatusDetails.GetValueOrDefault("reason"),
        ["updated"] = execution.Updated,
    };
}
