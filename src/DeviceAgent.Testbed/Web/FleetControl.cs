using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Shadow;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Web;

/// <summary>What an operator does and sees by shadow and jobs, for the page. It uses the same services as the AWS CLI.</summary>
internal sealed class FleetControl(RegistryService registry, MqttBroker broker, ShadowService shadows, JobsService jobs, TimeProvider time)
{
    private const int ShownJobs = 10;

    public bool IsConnected(string thing) => broker.Presence.Find(thing) is { IsConnected: true };

    /// <summary>What the agent reports of itself; empty until it has.</summary>
    public ReportedShadow Reported(string thing) => new(shadows.Find(KeyOf(thing)));

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

    private static ShadowKey KeyOf(string thing) => ShadowKey.Of(thing, ShadowService.AgentShadow) ?? throw RegistryException.InvalidRequest($"'{thing}' does not name a thing.");

    private static JsonObject Write(JobOverview overview)
    {
        var (job, counts) = (overview.Job, overview.Counts);
        return new JsonObject
        {
            ["jobId"] = job.Id,
            ["description"] = job.Settings.Description,
            ["status"] = job.Status,
            ["targets"] = job.Waiting.Count + job.Reached.Count,
            ["succeeded"] = counts[ExecutionStatus.Succeeded],
            ["inProgress"] = counts[ExecutionStatus.InProgress],
            ["failed"] = counts.Covered(FailureType.All),
            ["ended"] = counts[ExecutionStatus.Canceled] + counts[ExecutionStatus.Removed],
            ["failures"] = new JsonArray([.. overview.Executions.Where(e => FailureType.Covers(FailureType.All, e.Status)).Select(Failure)]),
        };
    }

    private static JsonObject Failure(JobExecution execution) => new()
    {
        ["thingName"] = execution.ThingName,
        ["status"] = execution.Status,
        ["code"] = execution.StatusDetails.GetValueOrDefault("code"),
        ["reason"] = execution.StatusDetails.GetValueOrDefault("reason"),
    };
}
