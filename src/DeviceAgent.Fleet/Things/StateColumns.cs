using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Output;

namespace DeviceAgent.Fleet.Things;

/// <summary>How a column reads, orders and writes what a thing's state tells.</summary>
/// <param name="Name">For <c>--sort</c>, <c>--filter</c> and CSV.</param>
/// <param name="Title">Over the column.</param>
/// <param name="Show">For people.</param>
/// <param name="Value">A string, number, time, length of time or null.</param>
internal sealed record StateColumn(string Name, string Title, Func<ThingState, StateView, Cell> Show, Func<ThingState, StateView, IComparable?> Value)
{
    /// <summary>As it is in CSV and JSON: times as ISO-8601, lengths as seconds.</summary>
    public string? Text(ThingState state, StateView view) => Value(state, view) switch
    {
        null => null,
        DateTimeOffset time => JsonText.Iso(time),
        TimeSpan span => span.TotalSeconds.ToString("0", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };
}

/// <summary>From when, and by what measure, states are seen.</summary>
/// <param name="Now">By AWS's clock.</param>
/// <param name="SilentAfter">A thing that has not reported for so long is silent.</param>
/// <param name="WantedAlias">Who has another one is behind; null: who is not where its own shadow says.</param>
internal sealed record StateView(DateTimeOffset Now, TimeSpan SilentAfter, string? WantedAlias)
{
    public bool IsSilent(ThingState state) => state.IsSilent(SilentAfter, Now);

    public bool IsBehind(ThingState state) => state.IsBehind(WantedAlias);
}

/// <summary>The columns of <c>device-fleet status</c>.</summary>
internal static class StateColumns
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public static IReadOnlyList<StateColumn> All { get; } =
    [
        new("thing", "THING", (s, _) => s.Name, (s, _) => s.Name),
        new("alias", "ALIAS", (s, v) => new Cell(s.Alias ?? "-", v.IsBehind(s) ? Emphasis.Warning : Emphasis.None), (s, _) => s.Alias),
        new("desired", "DESIRED", (s, _) => new Cell(s.DesiredAlias ?? "", Emphasis.Warning), (s, _) => s.DesiredAlias),
        new("change", "LAST CHANGE", (s, _) => Change(s), (s, _) => s.Step ?? s.Change?.Outcome),
        new("credentials", "CREDENTIALS", (s, v) => Until(s.CredentialsExpire, v, v.IsSilent(s) ? TimeSpan.MinValue : TimeSpan.Zero), (s, _) => s.CredentialsExpire),
        new("certificate", "CERTIFICATE", (s, v) => Until(s.CertificateExpires, v, Soon), (s, _) => s.CertificateExpires),
        new("reported", "REPORTED", (s, v) => Since(s.ReportedAt, v, v.SilentAfter), (s, _) => s.ReportedAt),
        new("written", "WRITTEN", (s, v) => Since(s.LastUpload, v, null), (s, _) => s.LastUpload),
        new("waiting", "WAITING", (s, _) => s.Waiting is { } n ? $"{n.ToString(CultureInfo.InvariantCulture)}{(s.OldestWaiting is { TotalMinutes: > 1 } old ? $" ({DurationText.Of(old)})" : "")}" : "-", (s, _) => s.Waiting),
        new("version", "VERSION", (s, _) => s.Version, (s, _) => s.Version),
        new("health", "HEALTH", Health, (s, v) => !s.HasReported ? "never reported" : v.IsSilent(s) ? "silent" : s.Health),
    ];

    /// <summary>Not in the table, where they show otherwise: who is behind and who silent.</summary>
    public static IReadOnlyList<StateColumn> Marks { get; } =
    [
        new("behind", "BEHIND", (s, v) => v.IsBehind(s) ? "yes" : "", (s, v) => v.IsBehind(s)),
        new("silent", "SILENT", (s, v) => v.IsSilent(s) ? "yes" : "", (s, v) => v.IsSilent(s)),
    ];

    public static IEnumerable<StateColumn> Every => All.Concat(Marks);

    public static void WriteJson(Utf8JsonWriter json, ThingState state, StateView view)
    {
        json.WriteStartObject();
        json.WriteString("thing", state.Name);
        foreach (var column in Every.Skip(1).Where(c => c.Name is not ("change" or "health")))
        {
            json.WritePropertyName(column.Name);
            switch (column.Value(state, view))
            {
                case null: json.WriteNullValue(); break;
                case long number: json.WriteNumberValue(number); break;
                case bool flag: json.WriteBooleanValue(flag); break;
                default: json.WriteStringValue(column.Text(state, view)); break;
            }
        }

        if (state.OldestWaiting is { } oldest) json.WriteNumber("oldestWaitingSeconds", (long)oldest.TotalSeconds);
        json.WriteString("health", state.Health);
        json.WriteString("step", state.Step);
        json.WritePropertyName("change");
        if (state.Change is { } change)
        {
            json.WriteStartObject();
            json.WriteString("outcome", change.Outcome);
            json.WriteString("code", change.Code);
            json.WriteString("reason", change.Reason);
            json.WriteString("at", change.At is { } at ? JsonText.Iso(at) : null);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    private static Cell Change(ThingState state) => state switch
    {
        { Step: { } step } => new Cell($"{step} ...", Emphasis.Warning),
        { Change: null } => "",
        { Change: { IsGood: true } } => new Cell("proven", Emphasis.Good),
        { Change: { } change } => new Cell($"{(change.Outcome == "rolledBack" ? "rolled back" : change.Outcome)}{(change.Code is { } code ? $": {code}" : "")}", Emphasis.Bad),
    };

    private static Cell Health(ThingState state, StateView view) => state switch
    {
        { HasReported: false } => new Cell("never reported", Emphasis.Bad),
        _ when view.IsSilent(state) => new Cell($"silent for {DurationText.Of(view.Now - state.ReportedAt!.Value)}", Emphasis.Bad),
        { Health: "ok" } => new Cell("ok", Emphasis.Good),
        { Health: { } health } => new Cell(PrintableText.Of(health, 60), Emphasis.Bad),
        _ => "-",
    };

    private static Cell Until(DateTimeOffset? end, StateView view, TimeSpan soon) => end is not { } at ? new Cell("-", Emphasis.Faint)
        : at <= view.Now ? new Cell($"{DurationText.Of(view.Now - at)} ago", soon == TimeSpan.MinValue ? Emphasis.Faint : Emphasis.Bad)
        : new Cell($"in {DurationText.Of(at - view.Now)}", at - view.Now < soon ? Emphasis.Warning : Emphasis.None);

    private static Cell Since(DateTimeOffset? time, StateView view, TimeSpan? late) => time is not { } at
        ? new Cell("-", Emphasis.Faint)
        : new Cell($"{DurationText.Of(view.Now - at)} ago", late is { } limit && view.Now - at > limit ? Emphasis.Bad : Emphasis.None);
}
