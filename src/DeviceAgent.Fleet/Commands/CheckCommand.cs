using System.CommandLine;
using DeviceAgent.Fleet.Checks;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Commands;

/// <summary><c>device-fleet check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create(AccountOptions account)
    {
        var alias = new Argument<string>("alias") { Description = "The role alias that the things are to have." };
        var (group, things) = (Selecting.GroupOption(), Selecting.ThingsOption());
        var command = new Command("check", "Looks whether things could use a role alias, and asks no device: alias, trust, durations, rights to write, certificates, IoT policies. Exit code 5 when something would fail.") { alias, group, things };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var named = Selecting.Names(parsed.GetValue(things));
            if (parsed.GetValue(group) is not null && named.Count > 0) throw new UsageException("Say which things: either --group GROUP or --things A,B,...");
            var selection = await ThingSelection.FindAsync(fleet.Registry, parsed.GetValue(group), named, cancellationToken).ConfigureAwait(false);
            if (selection.Names.Count == 0) throw new UsageException($"There is no thing in {fleet.Region}.");
            var report = await new AliasCheck(fleet).RunAsync(parsed.GetValue(alias)!, selection.Names, cancellationToken).ConfigureAwait(false);
            await report.WriteAsync(fleet.Screen, onlyProblems: false).ConfigureAwait(false);
            return report.Fails ? ExitCode.CheckFailed : ExitCode.Ok;
        });
    }
}
