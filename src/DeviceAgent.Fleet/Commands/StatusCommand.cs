using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Output;
using DeviceAgent.Fleet.Things;
using Spectre.Console;

namespace DeviceAgent.Fleet.Commands;

/// <summary><c>device-fleet status</c>.</summary>
internal static class StatusCommand
{
    /// <summary>An agent reports at least once an hour (12 times control.reportSeconds), unless its data budget is short.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromHours(2);

    /// <summary>In the order in which they are left out on a narrow terminal.</summary>
    private static readonly string[] LeastImportantFirst = ["version", "certificate", "written", "credentials", "waiting", "reported", "change", "desired"];

    private const int ShortHealth = 30;
    private const int ShortestHealth = 10;

    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(5);

    public static Command Create(AccountOptions account)
    {
        var things = new Argument<string[]>("thing") { Description = "These things; without names and --group all of the account.", Arity = ArgumentArity.ZeroOrMore };
        var group = Selecting.GroupOption();
        var behind = new Option<string?>("--behind") { Description = "Only things that have another alias than this; without a value those that are not where their shadow wants them, or whose last change failed.", HelpName = "alias", Arity = ArgumentArity.ZeroOrOne };
        var silent = new Option<string?>("--silent") { Description = "Only things that have not reported for so long (2h).", HelpName = "time", Arity = ArgumentArity.ZeroOrOne };
        var sort = new Option<string>("--sort") { Description = "The column to sort by; with - before it backwards. Columns: " + string.Join(", ", StateColumns.Every.Select(c => c.Name)) + ".", HelpName = "column", DefaultValueFactory = _ => "thing" };
        var filter = new Option<string[]>("--filter", "-f") { Description = "Only things for which this holds: COLUMN=VALUE (* stands for anything), !=, < or >, e.g. health!=ok, waiting>100, certificate<30d. Several must all hold.", HelpName = "condition" };
        var json = new Option<bool>("--json") { Description = "Prints a JSON array." };
        var csv = new Option<bool>("--csv") { Description = "Prints CSV." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Shows it anew every 5 seconds, until Ctrl-C." };
        var command = new Command("status", "Shows how the things are: alias, last change, expiry of credentials and certificate, last report and write, readings that wait, version, health.")
        {
            things, group, behind, silent, sort, filter, json, csv, watch,
        };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var silence = SilentAfter;
            if (parsed.GetValue(silent) is { } limit && !Periods.TryParse(limit, out silence)) throw new UsageException($"--silent {limit} is no time: write 90s, 10m, 2h or 7d.");
            var filters = new List<StateFilter>();
            foreach (var text in parsed.GetValue(filter) ?? []) filters.Add(StateFilter.Read(text, out var problem) ?? throw new UsageException(problem));
            var query = new StatusQuery(filters, Order(parsed.GetValue(sort)!), parsed.GetResult(behind) is not null, parsed.GetResult(silent) is not null, parsed.GetValue(behind), silence);
            if (query.WantedAlias is { } wanted) await Selecting.MustBeAliasAsync(fleet, wanted, cancellationToken).ConfigureAwait(false);
            var selection = await ThingSelection.FindAsync(fleet.Registry, parsed.GetValue(group), parsed.GetValue(things) ?? [], cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(json) || parsed.GetValue(csv))
            {
                var (rows, view) = await ReadAsync().ConfigureAwait(false);
                if (parsed.GetValue(json)) await WriteJsonAsync(fleet.Screen.Out, rows, view).ConfigureAwait(false);
                else await WriteCsvAsync(fleet.Screen.Out, rows, view).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            if (!parsed.GetValue(watch))
            {
                var (rows, view) = await ReadAsync().ConfigureAwait(false);
                await Table(rows, view, fleet.Screen.Console?.Profile.Width).WriteAsync(fleet.Screen).ConfigureAwait(false);
                await fleet.Screen.Out.WriteLineAsync(Summary(rows, view, selection)).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            return await WatchAsync().ConfigureAwait(false);

            async Task<(IReadOnlyList<ThingState>, StateView)> ReadAsync()
            {
                var states = await fleet.States.ReadAsync(selection.Names, cancellationToken).ConfigureAwait(false);
                var view = new StateView(fleet.Now, silence, query.WantedAlias);
                return (query.Apply(states, view), view);
            }

            async Task<ExitCode> WatchAsync()
            {
                using var timer = new PeriodicTimer(WatchPeriod, fleet.Time);
                try
                {
                    if (fleet.Screen.Console is { } console)
                    {
                        await console.Live(new Text("")).AutoClear(false).StartAsync(async live =>
                        {
                            do
                            {
                                var (rows, view) = await ReadAsync().ConfigureAwait(false);
                                live.UpdateTarget(new Rows(Table(rows, view, console.Profile.Width).Drawn(), new Text(Summary(rows, view, selection))));
                            }
                            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
                        }).ConfigureAwait(false);
                    }
                    else
                    {
                        do
                        {
                            var (rows, view) = await ReadAsync().ConfigureAwait(false);
                            await Table(rows, view, null).WriteAsync(fleet.Screen).ConfigureAwait(false);
                            await fleet.Screen.Out.WriteLineAsync(Summary(rows, view, selection)).ConfigureAwait(false);
                        }
                        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
                    }
                }
                catch (OperationCanceledException)
                {
                    // As asked.
                }

                return ExitCode.Ok;
            }
        });
    }

    /// <summary>One line for the whole.</summary>
    internal static string Summary(IReadOnlyList<ThingState> rows, StateView view, ThingSelection selection)
    {
        var aliases = string.Join(", ", rows.GroupBy(r => r.Alias ?? "(none)").OrderByDescending(g => g.Count()).Take(4).Select(g => $"{g.Count()} on {g.Key}"));
        var (behind, silent, ill) = (rows.Count(view.IsBehind), rows.Count(view.IsSilent), rows.Count(r => !view.IsSilent(r) && r.Health is not ("ok" or null)));
        return $"{Counted.Of(rows.Count, "thing")}{(rows.Count < selection.Names.Count ? $" of {selection.Names.Count}" : "")}{(aliases.Length > 0 ? $": {aliases}" : "")}; {behind} behind, {silent} silent, {ill} unhealthy";
    }

    internal static async Task WriteJsonAsync(TextWriter output, IReadOnlyList<ThingState> rows, StateView view)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var row in rows) StateColumns.WriteJson(json, row, view);
            json.WriteEndArray();
        }

        await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(buffer.ToArray())).ConfigureAwait(false);
    }

    internal static async Task WriteCsvAsync(TextWriter output, IReadOnlyList<ThingState> rows, StateView view)
    {
        await output.WriteLineAsync(string.Join(',', StateColumns.Every.Select(c => c.Name).Append("reason"))).ConfigureAwait(false);
        foreach (var row in rows) await output.WriteLineAsync(string.Join(',', StateColumns.Every.Select(c => Field(c.Text(row, view))).Append(Field(row.Change?.Reason)))).ConfigureAwait(false);
    }

    /// <summary>One line, quoted where it must be. A spreadsheet takes no cell for a formula: the first sign is an apostrophe where it would.</summary>
    private static string Field(string? text)
    {
        if (text is null) return "";
        var cell = PrintableText.Whole(text);
        if (cell.TrimStart() is ['=' or '+' or '-' or '@', ..] && !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) cell = $"'{cell}";
        return cell.AsSpan().IndexOfAny(",\"") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <param name="rows">The things.</param>
    /// <param name="view">How they are seen.</param>
    /// <param name="width">The terminal's, in columns: what is least important is left out until it fits, never the name, the alias and the health. Null: all.</param>
    internal static TextTable Table(IReadOnlyList<ThingState> rows, StateView view, int? width)
    {
        // A column that nobody has anything in takes room from the others.
        var columns = StateColumns.All.Where(c => c.Name is not "desired" || rows.Any(r => r.DesiredAlias is not null)).ToList();
        var table = Of(int.MaxValue);
        if (width < table.Width) table = Of(ShortHealth);
        foreach (var least in LeastImportantFirst)
        {
            if (width is not { } limit || table.Width <= limit) return table;
            columns.RemoveAll(c => c.Name == least);
            table = Of(ShortHealth);
        }

        // The last word of a health is given up before the first of a name.
        return width is { } narrow && table.Width > narrow ? Of(Math.Max(ShortestHealth, narrow - table.Width + ShortHealth)) : table;

        TextTable Of(int longestHealth)
        {
            var made = new TextTable(columns.Select(c => c.Title));
            foreach (var row in rows) made.Add(columns.Select(c => c.Show(row, view) is var cell && c.Name == "health" ? cell with { Text = PrintableText.Of(cell.Text, longestHealth) } : cell));
            return made;
        }
    }

    private static (StateColumn Column, bool Descending) Order(string name)
    {
        var (column, descending) = name.StartsWith('-') ? (name[1..], true) : (name, false);
        return (StateColumns.Every.FirstOrDefault(c => c.Name == column)
            ?? throw new UsageException($"--sort: there is no column '{column}'{Settings.Spelling.Hint(column, StateColumns.Every.Select(c => c.Name))}. Columns: {string.Join(", ", StateColumns.Every.Select(c => c.Name))}."), descending);
    }
}

/// <summary>Which things are shown, in which order.</summary>
internal sealed record StatusQuery(IReadOnlyList<StateFilter> Filters, (StateColumn Column, bool Descending) Order, bool OnlyBehind, bool OnlySilent, string? WantedAlias, TimeSpan SilentAfter)
{
    public IReadOnlyList<ThingState> Apply(IEnumerable<ThingState> states, StateView view)
    {
        var kept = states.Where(s => Filters.All(f => f.Holds(s, view)) && (!OnlyBehind || view.IsBehind(s)) && (!OnlySilent || view.IsSilent(s)));
        var ordered = kept.OrderBy(s => s.Name, StringComparer.Ordinal).ToList();
        // Those of which nothing is known come last, either way.
        var (known, unknown) = (ordered.Where(s => Order.Column.Value(s, view) is not null), ordered.Where(s => Order.Column.Value(s, view) is null));
        return [.. Order.Descending ? known.OrderByDescending(s => Order.Column.Value(s, view)) : known.OrderBy(s => Order.Column.Value(s, view)), .. unknown];
    }
}
