using System.CommandLine;
using System.Globalization;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Jobs;
using DeviceAgent.Fleet.Output;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Commands;

/// <summary><c>device-fleet certificates</c>.</summary>
internal static class CertificatesCommand
{
    public static Command Create(AccountOptions account)
    {
        var (group, things) = (Selecting.GroupOption(), Selecting.ThingsOption());
        var expiring = new Option<string?>("--expiring") { Description = "Only those that end within this time, e.g. 30d.", HelpName = "time" };
        var rotate = new Option<bool>("--rotate") { Description = "Has these things get a new key and certificate (the job rotate-certificate)." };
        var rate = new Option<string>("--rate") { Description = "Things a minute for --rotate.", HelpName = "rate", DefaultValueFactory = _ => "60/min" };
        var detach = new Option<bool>("--detach") { Description = "Makes the job and leaves." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Does not ask." };
        var command = new Command("certificates", "Shows when the certificates of things end, the first first, and rotates them.") { group, things, expiring, rotate, rate, detach, yes };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            TimeSpan? within = parsed.GetValue(expiring) is { } text ? Periods.TryParse(text, out var period) ? period : throw new UsageException($"--expiring {text} is no time: write 30d.") : null;
            if (!Periods.TryParseRate(parsed.GetValue(rate)!, out var perMinute)) throw new UsageException($"--rate {parsed.GetValue(rate)}: write 60/min, from 1/min to 1000/min.");
            if (parsed.GetValue(rotate) && within is null && Selecting.Names(parsed.GetValue(things)).Count == 0) throw new UsageException("--rotate wants --expiring TIME, or --things: rotating every certificate is rarely meant.");
            var selection = await ThingSelection.FindAsync(fleet.Registry, parsed.GetValue(group), Selecting.Names(parsed.GetValue(things)), cancellationToken).ConfigureAwait(false);
            var ends = (await EachThing.AskAsync(selection.Names, (thing, token) => EndAsync(fleet, thing, token), cancellationToken).ConfigureAwait(false))
                .Where(e => within is not { } limit || e.NotAfter - fleet.Now < limit).OrderBy(e => e.NotAfter ?? DateTimeOffset.MaxValue).ThenBy(e => e.Thing, StringComparer.Ordinal).ToList();
            var table = new TextTable("THING", "CERTIFICATE", "ENDS", "IN");
            foreach (var (thing, id, notAfter) in ends)
            {
                table.Add(thing, id is null ? "-" : id[..Math.Min(12, id.Length)], notAfter?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-",
                    notAfter is { } at ? new Cell(at < fleet.Now ? $"over for {DurationText.Of(fleet.Now - at)}" : DurationText.Of(at - fleet.Now), at < fleet.Now ? Emphasis.Bad : at < fleet.Now.AddDays(30) ? Emphasis.Warning : Emphasis.None) : "-");
            }

            await table.WriteAsync(fleet.Screen).ConfigureAwait(false);
            await fleet.Screen.Out.WriteLineAsync($"{Counted.Of(ends.Count, "certificate")}{(within is { } span ? $" of {selection.Names.Count} things end within {DurationText.Of(span)}" : "")}").ConfigureAwait(false);
            if (!parsed.GetValue(rotate) || ends.Count == 0) return ExitCode.Ok;
            var chosen = new ThingSelection(null, [.. ends.Select(e => e.Thing).Order(StringComparer.Ordinal)]);
            if (!await Confirming.AskAsync(fleet, parsed.GetValue(yes), $"Rotate the certificates of {chosen}?", cancellationToken).ConfigureAwait(false)) return ExitCode.Ok;
            return await new OneJob(fleet).RunAsync("rotate-certificate", _ => { }, chosen, perMinute, 10, !parsed.GetValue(detach), cancellationToken).ConfigureAwait(false);
        });
    }

    /// <summary>As the device reports it; for one that does not, the first of its certificates in the registry.</summary>
    private static async Task<(string Thing, string? Id, DateTimeOffset? NotAfter)> EndAsync(FleetContext fleet, string thing, CancellationToken cancellationToken)
    {
        if (await fleet.Shadows.GetAsync(thing, cancellationToken).ConfigureAwait(false) is { } shadow && shadow.Time("state", "reported", "certificate", "notAfter") is { } reported)
            return (thing, shadow.Text("state", "reported", "certificate", "id"), reported);
        (string, string?, DateTimeOffset?) first = (thing, null, null);
        foreach (var principal in (await fleet.Registry.PrincipalsAsync(thing, cancellationToken).ConfigureAwait(false)).Where(p => p.Contains(":cert/", StringComparison.Ordinal)))
        {
            var id = principal[(principal.LastIndexOf('/') + 1)..];
            var (status, notAfter) = await fleet.Registry.CertificateAsync(id, cancellationToken).ConfigureAwait(false);
            if (status == "ACTIVE" && (first.Item3 is not { } at || notAfter < at)) first = (thing, id, notAfter);
        }

        return first;
    }
}
