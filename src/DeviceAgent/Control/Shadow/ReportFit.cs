using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Control.Shadow;

/// <summary>
/// Makes a report fit into what the desired state leaves of a shadow: it says less, and what matters least is left out first. What an operator
/// wanted and was refused stays longest.
/// </summary>
internal static class ReportFit
{
    /// <summary>AWS IoT's limit for a shadow: desired and reported together, without metadata.</summary>
    public const int MaxStateBytes = 8 * 1024;

    /// <summary>Marks a report that says less than it would.</summary>
    public const string ShortenedName = "shortened";

    /// <summary>Where more is desired than the limit, AWS has raised it for this account, nobody knows how far.</summary>
    private const int RaisedLimit = 2048;

    /// <summary>The names of the sections and what is around them, and what AWS IoT may write otherwise.</summary>
    private const int Around = 64;

    /// <summary>Each makes the report smaller than the one before.</summary>
    private static readonly Action<JsonObject>[] Reductions =
    [
        r => ShortenReasons(r, 200, rejected: 3),
        r => Remove(r, ReportedState.Levels),
        r => Remove(r, "agent", "certificate"),
        r => Remove(r, "source", "sources", "reduction", "upload", "dataBudget", ReportedState.BudgetShortName, "spool", "powerReturnSpreadSeconds", "logLevel"),
        r => ShortenReasons(r, 100, rejected: 1),
        r => Remove(r, ReportedState.RejectedName, ReportedState.MoreRejectedName),
        r => Shorten(r, "health", 100),
        r => Remove(r, "executing", "health"),
        r => ShortenReasons(r, 40, rejected: 0),
        r => KeepOfLastChange(r, "outcome", "code", "shadowVersion", "jobId"),
        r => Remove(r, DesiredReconciler.RoleAlias, ShortenedName),
        r => KeepOfLastChange(r, "outcome", "code"),
    ];

    /// <summary>How many bytes of a report there is room for.</summary>
    /// <param name="desired">Bytes of the desired state.</param>
    public static int RoomBeside(int desired) => desired > MaxStateBytes ? RaisedLimit : Math.Max(0, MaxStateBytes - Around - desired);

    public static int SizeOf(JsonObject report) => JsonSerializer.SerializeToUtf8Bytes(report, PayloadJson.Default.JsonObject).Length;

    /// <summary>The report, or as much of it as there is room for.</summary>
    /// <param name="report">Stays as it is.</param>
    /// <param name="room">Bytes.</param>
    /// <param name="why">What is said in one that is shortened.</param>
    /// <returns>Null when there is no room for the least of it.</returns>
    public static JsonObject? Within(JsonObject report, int room, string why)
    {
        if (SizeOf(report) <= room) return report;
        var shorter = report.DeepClone().AsObject();
        shorter[ShortenedName] = why;
        foreach (var reduce in Reductions)
        {
            reduce(shorter);
            if (SizeOf(shorter) <= room) return shorter.Count == 0 ? null : shorter;
        }

        return null;
    }

    private static void Remove(JsonObject report, params ReadOnlySpan<string> names)
    {
        foreach (var name in names) report.Remove(name);
    }

    private static void ShortenReasons(JsonObject report, int longest, int rejected)
    {
        if (report["lastChange"] is JsonObject last) Shorten(last, "reason", longest);
        if (report[ReportedState.RejectedName] is not JsonObject keys) return;
        var all = keys.Select(k => k.Key).ToList();
        foreach (var key in all.Skip(rejected)) keys.Remove(key);
        foreach (var key in all.Take(rejected)) Shorten(keys, key, longest);
        if (all.Count > rejected) report[ReportedState.MoreRejectedName] = (report[ReportedState.MoreRejectedName]?.GetValue<int>() ?? 0) + all.Count - rejected;
    }

    private static void Shorten(JsonObject of, string name, int longest)
    {
        if (of[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String) of[name] = PrintableText.Of(value.GetValue<string>(), longest);
    }

    private static void KeepOfLastChange(JsonObject report, params string[] names)
    {
        if (report["lastChange"] is not JsonObject last) return;
        foreach (var name in last.Select(p => p.Key).Except(names).ToList()) last.Remove(name);
    }
}
