using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Jobs;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>What a rotation is to do. It stands in the description of each of its jobs: AWS is the only memory, so that any machine can go on.</summary>
/// <param name="Name">Of the rotation; its jobs are called <c>NAME-canary-1</c>, <c>NAME-fleet-1</c>, <c>NAME-rollback-1</c>.</param>
/// <param name="Alias">To which role alias.</param>
/// <param name="From">On which aliases the things were.</param>
/// <param name="Group">The thing group; null when things were named.</param>
/// <param name="Things">The things that were named; empty with a group.</param>
internal sealed partial record RotationPlan(string Name, string Alias, IReadOnlyList<string> From, string? Group, IReadOnlyList<string> Things)
{
    /// <summary>AWS's limit for a description.</summary>
    private const int MaxDescription = 2028;

    private const int MaxAlias = 30;
    private const string Tool = "device-fleet";

    /// <summary>How many things it is about.</summary>
    public int Count { get; init; }

    /// <summary>Devices a minute; null: all at once.</summary>
    public int? PerMinute { get; init; }

    /// <summary>Unsuccessful ones among those that have ended, in percent, at which AWS stops the fleet's job.</summary>
    public double AbortPercentage { get; init; } = 10;

    /// <summary>From the last canary's success until the fleet is asked.</summary>
    public TimeSpan Probation { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For so long the canaries may leave their job alone.</summary>
    public TimeSpan CanaryTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Devices that find the job later reject it.</summary>
    public DateTimeOffset Expires { get; init; }

    /// <summary>Where it is about.</summary>
    public string Target => Group is { } group ? $"group {group}" : string.Join(", ", Things);

    /// <summary>The alias and the second: sorts by time, and nobody starts two in a second.</summary>
    public static string NameOf(string alias, DateTimeOffset now)
    {
        var short_ = NotOfJobId().Replace(alias, "_");
        return string.Create(CultureInfo.InvariantCulture, $"{short_[..Math.Min(short_.Length, MaxAlias)]}-{now.UtcDateTime:yyyyMMdd-HHmmss}");
    }

    public string JobId(RotationStage stage, int number) => string.Create(CultureInfo.InvariantCulture, $"{Name}-{stage.Name()}-{number}");

    /// <summary>The rotation, stage and number of a job; null when the job is none of a rotation's.</summary>
    public static (string Rotation, RotationStage Stage, int Number)? OfJob(string jobId) => JobOfRotation().Match(jobId) is { Success: true } match
        ? (match.Groups["rotation"].Value, Enum.Parse<RotationStage>(match.Groups["stage"].Value, ignoreCase: true), int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture))
        : null;

    /// <summary>Whether a job is of a rotation that was begun after this one.</summary>
    public bool IsBefore(string jobId) => OfJob(jobId) is { } of && of.Rotation != Name && string.CompareOrdinal(Begun(of.Rotation), Begun(Name)) >= 0;

    /// <summary>A job in words: the rotation that it is of, where it is of one.</summary>
    public static string Described(string jobId) => OfJob(jobId) is { } of ? $"the rotation {of.Rotation} (job {jobId})" : $"the job {jobId}";

    /// <summary>The job document of a stage.</summary>
    public string Document(string alias) => JobDocument.Of("rotate-role-alias", Expires, j => j.WriteString("roleAlias", alias));

    /// <summary>One line of JSON.</summary>
    /// <exception cref="AwsException">So many named things do not fit.</exception>
    public string Description()
    {
        var text = Encoding.UTF8.GetString(JsonText.Object(j =>
        {
            j.WriteString("tool", Tool);
            j.WriteString("rotation", Name);
            j.WriteString("to", Alias);
            j.WriteStartArray("from");
            foreach (var alias in From) j.WriteStringValue(alias);
            j.WriteEndArray();
            if (Group is { } group) j.WriteString("group", group);
            if (Things.Count > 0) j.WriteString("things", string.Join(',', Things));
            j.WriteNumber("count", Count);
            if (PerMinute is { } rate) j.WriteNumber("perMinute", rate);
            j.WriteNumber("abort", AbortPercentage);
            j.WriteNumber("probation", (long)Probation.TotalSeconds);
            j.WriteNumber("canaryTimeout", (long)CanaryTimeout.TotalSeconds);
            j.WriteString("expires", Expires);
        }));
        return text.Length <= MaxDescription ? text : throw new AwsException(
            $"{Things.Count} named things do not fit into a job's description, where the rotation is remembered. Make a group of them (aws iot create-thing-group, add-thing-to-thing-group) and give --group.");
    }

    /// <summary>Null when the description is none of a rotation's.</summary>
    public static RotationPlan? Read(string description)
    {
        if (!description.StartsWith('{')) return null;
        try
        {
            using var document = JsonDocument.Parse(description);
            var json = document.RootElement;
            if (json.Text("tool") != Tool || json.Text("rotation") is not { } name || json.Text("to") is not { } alias) return null;
            return new RotationPlan(
                name, alias, [.. json.Member("from")?.EnumerateArray().Select(f => PrintableText.Whole(f.GetString()!)) ?? []], json.Text("group"), json.Text("things")?.Split(',') ?? [])
            {
                Count = (int)(json.Number("count") ?? 0),
                PerMinute = (int?)json.Number("perMinute"),
                AbortPercentage = json.Number("abort") ?? 10,
                Probation = TimeSpan.FromSeconds(json.Number("probation") ?? 600),
                CanaryTimeout = TimeSpan.FromSeconds(json.Number("canaryTimeout") ?? 3600),
                Expires = json.Time("expires") ?? default,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The time in a rotation's name.</summary>
    private static string Begun(string name) => name[Math.Max(0, name.Length - "yyyyMMdd-HHmmss".Length)..];

    [GeneratedRegex("[^a-zA-Z0-9_-]")]
    private static partial Regex NotOfJobId();

    [GeneratedRegex(@"\A(?<rotation>.+-\d{8}-\d{6})-(?<stage>canary|fleet|rollback)-(?<number>\d{1,3})\z")]
    private static partial Regex JobOfRotation();
}

/// <summary>Whom a job of a rotation asks, and for what.</summary>
internal enum RotationStage
{
    /// <summary>A few things, which prove the alias for the rest.</summary>
    Canary,

    /// <summary>All that are left.</summary>
    Fleet,

    /// <summary>Those that have the new alias, for the old one.</summary>
    Rollback,
}

internal static class RotationStages
{
    public static string Name(this RotationStage stage) => stage switch
    {
        RotationStage.Canary => "canary",
        RotationStage.Fleet => "fleet",
        _ => "rollback",
    };
}
