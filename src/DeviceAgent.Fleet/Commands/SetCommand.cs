using System.CommandLine;
using System.Text.Json;
using DeviceAgent.Fleet.Jobs;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Commands;

/// <summary><c>device-fleet set</c>: the job <c>set-config</c>.</summary>
internal static class SetCommand
{
    public static Command Create(AccountOptions account)
    {
        var settings = new Argument<string[]>("setting") { Description = "KEY=VALUE, e.g. source.intervalSeconds=10; the keys are those marked live in docs/reference.md.", Arity = ArgumentArity.ZeroOrMore };
        var reset = new Option<string[]>("--reset") { Description = "Goes back to what is configured on the device; a key or a section.", HelpName = "key" };
        var (group, things) = (Selecting.GroupOption(), Selecting.ThingsOption());
        var rate = new Option<string?>("--rate") { Description = "Things a minute, e.g. 60/min; without it all at once.", HelpName = "rate" };
        var abort = new Option<string>("--abort") { Description = "AWS stops asking when so many of those that have ended did not succeed.", HelpName = "share", DefaultValueFactory = _ => "10%" };
        var detach = new Option<bool>("--detach") { Description = "Makes the job and leaves." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Does not ask." };
        var command = new Command("set", "Changes settings of things by a job. A device takes all of them or none.") { settings, reset, group, things, rate, abort, detach, yes };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var named = Selecting.Names(parsed.GetValue(things));
            Selecting.MustBeOne(parsed.GetValue(group), named);
            var pairs = (parsed.GetValue(settings) ?? []).Select(Pair).ToList();
            var resets = Selecting.Names(parsed.GetValue(reset));
            if (pairs.Count + resets.Count == 0) throw new UsageException("Say what to set: KEY=VALUE, or --reset KEY.");
            int? perMinute = null;
            if (parsed.GetValue(rate) is { } text) perMinute = Periods.TryParseRate(text, out var number) ? number : throw new UsageException($"--rate {text}: write 60/min, from 1/min to 1000/min.");
            if (!Periods.TryParsePercentage(parsed.GetValue(abort)!, out var percentage) || percentage < 1) throw new UsageException($"--abort {parsed.GetValue(abort)}: write a share from 1% to 100%, e.g. 10%.");
            var selection = await ThingSelection.FindAsync(fleet.Registry, parsed.GetValue(group), named, cancellationToken).ConfigureAwait(false);
            if (!await Confirming.AskAsync(fleet, parsed.GetValue(yes), $"Set {string.Join(", ", pairs.Select(p => $"{p.Key}={p.Value}").Concat(resets.Select(r => $"{r} as configured")))} on {selection}?", cancellationToken).ConfigureAwait(false)) return ExitCode.Ok;
            return await new OneJob(fleet).RunAsync("set-config", json =>
            {
                if (pairs.Count > 0) WriteSettings(json, pairs);
                if (resets.Count == 0) return;
                json.WriteStartArray("reset");
                foreach (var key in resets) json.WriteStringValue(key);
                json.WriteEndArray();
            }, selection, perMinute, percentage, !parsed.GetValue(detach), cancellationToken).ConfigureAwait(false);
        });
    }

    /// <summary><c>a.b=1</c> and <c>a.c=x</c> become <c>"settings":{"a":{"b":1,"c":"x"}}</c>.</summary>
    internal static void WriteSettings(Utf8JsonWriter json, IReadOnlyList<(string Key, string Value)> pairs)
    {
        json.WritePropertyName("settings");
        WriteLevel([.. pairs.Select(p => (p.Key.Split('.'), p.Value))], 0);

        void WriteLevel(List<(string[] Path, string Value)> level, int depth)
        {
            json.WriteStartObject();
            foreach (var member in level.GroupBy(p => p.Path[depth]))
            {
                json.WritePropertyName(member.Key);
                if (member.All(m => m.Path.Length > depth + 1)) WriteLevel([.. member], depth + 1);
                else if (member.Count() == 1) WriteValue(member.Single().Value);
                else throw new UsageException($"'{member.Key}' is given twice, or as a value and a section.");
            }

            json.WriteEndObject();
        }

        void WriteValue(string value)
        {
            try
            {
                using var parsed = JsonDocument.Parse(value);
                if (parsed.RootElement.ValueKind is not (JsonValueKind.Null or JsonValueKind.String))
                {
                    parsed.RootElement.WriteTo(json);
                    return;
                }
            }
            catch (JsonException)
            {
                // A word.
            }

            json.WriteStringValue(value);
        }
    }

    private static (string Key, string Value) Pair(string text) => text.Split('=', 2) is [{ Length: > 0 } key, var value]
        ? (key, value)
        : throw new UsageException($"'{text}' is no setting: write KEY=VALUE, e.g. logLevel=debug.");
}

internal static class Confirming
{
    /// <exception cref="UsageException">Nobody can be asked.</exception>
    public static async Task<bool> AskAsync(FleetContext fleet, bool isSure, string question, CancellationToken cancellationToken) =>
        isSure || (await fleet.Screen.AskAsync(question, cancellationToken).ConfigureAwait(false) ?? throw new UsageException("Nobody can be asked here: give --yes."));
}
