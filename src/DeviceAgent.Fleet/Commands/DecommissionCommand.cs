using System.CommandLine;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Commands;

/// <summary><c>device-fleet decommission</c>.</summary>
internal static class DecommissionCommand
{
    public static Command Create(AccountOptions account)
    {
        var things = new Argument<string[]>("thing") { Description = "Which things.", Arity = ArgumentArity.OneOrMore };
        var dryRun = new Option<bool>("--dry-run") { Description = "Says what would be done, and does nothing." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Does not ask." };
        var command = new Command("decommission", "Takes things out of service: their certificates are deactivated and deleted unless another thing has them too, shadow and thing are deleted. The table with the readings stays.") { things, dryRun, yes };
        return account.Add(command, async (parsed, fleet, cancellationToken) =>
        {
            var names = parsed.GetValue(things)!.Distinct().ToList();
            await ThingSelection.MustExistAsync(fleet.Registry, names, cancellationToken).ConfigureAwait(false);
            var plans = new List<Leaving>();
            foreach (var name in names) plans.Add(await PlanAsync(fleet, name, cancellationToken).ConfigureAwait(false));
            foreach (var line in plans.SelectMany(p => p.Lines())) await fleet.Screen.Out.WriteLineAsync(line).ConfigureAwait(false);
            if (parsed.GetValue(dryRun) || !await Confirming.AskAsync(fleet, parsed.GetValue(yes), $"Take {string.Join(", ", names)} out of service for good?", cancellationToken).ConfigureAwait(false)) return ExitCode.Ok;
            foreach (var plan in plans) await LeaveAsync(fleet, plan, cancellationToken).ConfigureAwait(false);
            return ExitCode.Ok;
        });
    }

    private static async Task<Leaving> PlanAsync(FleetContext fleet, string thing, CancellationToken cancellationToken)
    {
        var certificates = new List<LeavingCertificate>();
        foreach (var principal in (await fleet.Registry.PrincipalsAsync(thing, cancellationToken).ConfigureAwait(false)).Where(p => p.Contains(":cert/", StringComparison.Ordinal)))
        {
            var others = (await fleet.Registry.ThingsOfPrincipalAsync(principal, cancellationToken).ConfigureAwait(false)).Where(t => t != thing).ToList();
            certificates.Add(new LeavingCertificate(principal, others, await fleet.Registry.PoliciesAsync(principal, cancellationToken).ConfigureAwait(false)));
        }

        return new Leaving(thing, certificates);
    }

    /// <summary>The device loses its rights first; asked again after a failure in the middle, it goes on.</summary>
    private static async Task LeaveAsync(FleetContext fleet, Leaving plan, CancellationToken cancellationToken)
    {
        foreach (var certificate in plan.Certificates)
        {
            if (certificate.IsOwn) await fleet.Registry.UpdateCertificateAsync(certificate.Id, "INACTIVE", cancellationToken).ConfigureAwait(false);
            await fleet.Registry.DetachPrincipalAsync(plan.Thing, certificate.Arn, cancellationToken).ConfigureAwait(false);
            if (!certificate.IsOwn) continue;
            foreach (var policy in certificate.Policies) await fleet.Registry.DetachPolicyAsync(policy, certificate.Arn, cancellationToken).ConfigureAwait(false);
            await fleet.Registry.DeleteCertificateAsync(certificate.Id, cancellationToken).ConfigureAwait(false);
        }

        await fleet.Shadows.DeleteAsync(plan.Thing, cancellationToken).ConfigureAwait(false);
        await fleet.Registry.DeleteThingAsync(plan.Thing, cancellationToken).ConfigureAwait(false);
        await fleet.Screen.Out.WriteLineAsync($"{plan.Thing} is out of service. Its credentials end within the hour; its table '{plan.Thing}' is kept (aws dynamodb delete-table --table-name {plan.Thing}).").ConfigureAwait(false);
    }

    private sealed record Leaving(string Thing, IReadOnlyList<LeavingCertificate> Certificates)
    {
        public IEnumerable<string> Lines()
        {
            yield return $"{Thing}:";
            foreach (var certificate in Certificates)
            {
                yield return certificate.IsOwn
                    ? $"  certificate {certificate.Id[..12]}: deactivated, its policies detached ({string.Join(", ", certificate.Policies)}), deleted"
                    : $"  certificate {certificate.Id[..12]}: detached only, it is also that of {string.Join(", ", certificate.Others.Take(5))}";
            }

            yield return "  shadow and thing: deleted";
        }
    }

    private sealed record LeavingCertificate(string Arn, IReadOnlyList<string> Others, IReadOnlyList<string> Policies)
    {
        public string Id => Arn[(Arn.LastIndexOf('/') + 1)..];

        public bool IsOwn => Others.Count == 0;
    }
}
