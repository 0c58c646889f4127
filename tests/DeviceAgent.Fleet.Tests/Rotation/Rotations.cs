using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Rotation;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Tests.Rotation;

/// <summary>States of a rotation, as AWS would tell them.</summary>
internal static class Rotations
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly RotationPlan Plan = new("v2-20260301-120000", "v2", ["v1"], "fleet", []) { Count = 6, PerMinute = 50, Expires = Start.AddDays(30) };

    public static RotationJob Job(RotationStage stage, int number, string status, JobCounts counts, string? reasonCode = null) =>
        new(stage, number, new JobDescription(Plan.JobId(stage, number), status, Plan.Description(), reasonCode, null, Start, null, counts));

    public static JobCounts Counts(int queued = 0, int inProgress = 0, int succeeded = 0, int failed = 0) => new(queued, inProgress, succeeded, failed, 0, 0, 0, 0);

    public static RotationState State(params RotationJob[] jobs) => new(Plan, jobs, []);

    public static Canary Canary(string thing, string status, string? alias = "v2", TimeSpan after = default, string health = "ok", TimeSpan? reported = null) => new(
        new ThingExecution(thing, status, Start + after),
        alias is null ? null : new ThingState(thing) { Alias = alias, Health = health, ReportedAt = Start + (reported ?? after) });
}
