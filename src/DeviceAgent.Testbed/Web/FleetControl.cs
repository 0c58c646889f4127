using System.Globalization;
using System.Text.Json;
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

    /// <summary>The role alias that the newest rotation job wants of each thing; a job that was cancelled, by a person or by its abort criterion, wants nothing.</summary>
    public IReadOnlyDictionary<string, WantedRoleAlias> WantedByJobs()
    {
        var wanted = new Dictionary<string, WantedRoleAlias>(StringComparer.Ordinal);
        foreach (var job in jobs.Overview().Select(o => o.Job).Where(j => j.Status != JobStatus.Canceled).OrderBy(j => j.Created))
        {
            if (RoleAliasOf(job.Document) is not { } alias) continue;
            foreach (var thing in job.Waiting.Concat(job.Reached)) wanted[thing] = new(alias, job.Created);
        }

        return wanted;
    }

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
            ["reasons"] = new JsonArray([.. Reasons(overview.Executions)]),
        };
    }

    /// <summary>Why things did not do as a job asked, the most frequent code first, each with the words of the first that gave it.</summary>
    private static IEnumerable<JsonObject> Reasons(IEnumerable<JobExecution> executions) =>
        executions.Where(e => e.StatusDetails.ContainsKey("code") && e.Status != ExecutionStatus.Succeeded)
            .GroupBy(e => e.StatusDetails["code"], StringComparer.Ordinal)
            .OrderByDescending(g => g.Count())
            .Select(g => new JsonObject { ["code"] = g.Key, ["count"] = g.Count(), ["reason"] = g.First().StatusDetails.GetValueOrDefault("reason") });

    private static string? RoleAliasOf(string document)
    {
        try
        {
            return JsonNode.Parse(document) is JsonObject job && (string?)job["operation"] == "rotate-role-alias" ? (string?)job["roleAlias"] : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // Another kind of job.
            return null;
        }
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
