using System.Collections.Concurrent;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Things;
using DeviceAgent.Settings;

namespace DeviceAgent.Fleet.Checks;

/// <summary>Looks whether things could use a role alias, before any of them is asked: alias, trust, durations, rights to write, the devices' certificates and IoT policies.</summary>
internal sealed class AliasCheck(FleetContext fleet)
{
    private const string CredentialsService = "credentials.iot.amazonaws.com";
    private const string AssumeRole = "iot:AssumeRoleWithCertificate";

    /// <summary>What an agent does at its table.</summary>
    private static readonly string[] TableActions = ["dynamodb:DescribeTable", "dynamodb:BatchWriteItem"];

    /// <summary>IAM's simulation takes a request a thing and is limited: of a larger fleet so many are asked, spread over all.</summary>
    private const int MostSimulated = 100;

    private const int MostNames = 10;

    private readonly ConcurrentDictionary<string, Task<string>> _policies = new();

    public async Task<CheckReport> RunAsync(string alias, IReadOnlyList<string> things, CancellationToken cancellationToken)
    {
        var findings = new List<CheckFinding>();
        if (await fleet.Registry.RoleAliasAsync(alias, cancellationToken).ConfigureAwait(false) is not { } description)
        {
            var known = await fleet.Registry.RoleAliasesAsync(cancellationToken).ConfigureAwait(false);
            return new CheckReport([new CheckFinding(CheckResult.Fails, $"There is no role alias '{alias}' in {fleet.Region}{Spelling.Hint(alias, known)} (aws iot create-role-alias)")]);
        }

        findings.Add(new CheckFinding(CheckResult.Ok, $"The role alias '{alias}' exists: {description.RoleArn}, sessions of {DurationText.Of(TimeSpan.FromSeconds(description.DurationSeconds))}"));
        findings.AddRange(await RoleAsync(description, cancellationToken).ConfigureAwait(false));
        findings.AddRange(await WritesAsync(description, things, cancellationToken).ConfigureAwait(false));
        findings.AddRange(await DevicesAsync(description, things, cancellationToken).ConfigureAwait(false));
        return new CheckReport(findings);
    }

    private async Task<IReadOnlyList<CheckFinding>> RoleAsync(RoleAliasDescription alias, CancellationToken cancellationToken)
    {
        var name = alias.RoleArn[(alias.RoleArn.LastIndexOf('/') + 1)..];
        RoleDescription? role;
        try
        {
            role = await fleet.Iam.RoleAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsException e) when (e.IsDenied)
        {
            return [new CheckFinding(CheckResult.Unknown, $"Trust and durations of the role '{name}' were not looked at: you lack iam:GetRole.")];
        }

        if (role is null) return [new CheckFinding(CheckResult.Fails, $"The role '{name}' of the alias does not exist: aws iam create-role, or aws iot update-role-alias.")];
        return
        [
            PolicyDocument.Trusts(role.TrustPolicy, CredentialsService)
                ? new CheckFinding(CheckResult.Ok, $"The role '{name}' trusts {CredentialsService}")
                : new CheckFinding(CheckResult.Fails, $"The role '{name}' does not trust {CredentialsService}: no device would get credentials. aws iam update-assume-role-policy (scripts/policies/trust.json)"),
            alias.DurationSeconds <= role.MaxSessionSeconds
                ? new CheckFinding(CheckResult.Ok, "The role allows sessions of that length")
                : new CheckFinding(CheckResult.Fails, $"The alias asks for sessions of {alias.DurationSeconds} s, the role allows {role.MaxSessionSeconds} s: aws iot update-role-alias --role-alias {alias.Name} --credential-duration-seconds {role.MaxSessionSeconds}"),
        ];
    }

    private async Task<IReadOnlyList<CheckFinding>> WritesAsync(RoleAliasDescription alias, IReadOnlyList<string> things, CancellationToken cancellationToken)
    {
        var parts = alias.Arn.Split(':');
        var (partition, region, account) = (parts[1], parts[3], parts[4]);
        var count = Math.Min(things.Count, MostSimulated);
        string[] asked = [.. Enumerable.Range(0, count).Select(i => things[(int)((long)i * things.Count / count)])];
        try
        {
            var denied = await EachThing.AskAsync(asked, async (thing, token) =>
                (thing, Denied: (await fleet.Iam.SimulateAsync(alias.RoleArn, TableActions, $"arn:{partition}:dynamodb:{region}:{account}:table/{thing}", thing, token).ConfigureAwait(false)).Where(d => !d.IsAllowed).ToList()), cancellationToken).ConfigureAwait(false);
            var failing = denied.Where(d => d.Denied.Count > 0).ToList();
            if (failing.Count == 0) return [new CheckFinding(CheckResult.Ok, $"The role may write to the table of {(asked.Length == things.Count ? "each thing" : $"each of {asked.Length} things that were tried")}, by IAM's simulation")];
            return
            [
                .. failing.GroupBy(f => (Actions: string.Join(", ", f.Denied.Select(d => d.Action)), Missing: string.Join(", ", f.Denied.SelectMany(d => d.Missing).Distinct()))).Select(g => g.Key.Missing.Length > 0
                    ? new CheckFinding(CheckResult.Unknown, $"Whether the role may {g.Key.Actions} depends on {g.Key.Missing}, which only AWS knows: {Names([.. g.Select(f => f.thing)])}")
                    : new CheckFinding(CheckResult.Fails, $"The role's policies do not allow {g.Key.Actions} on the own table of {Names([.. g.Select(f => f.thing)])}")),
            ];
        }
        catch (AwsException e) when (e.IsDenied)
        {
            return [new CheckFinding(CheckResult.Unknown, "Whether the role may write to the tables was not looked at: you lack iam:SimulatePrincipalPolicy. The canaries find out.")];
        }
        catch (AwsException e) when (e.Code is "InvalidAction")
        {
            return [new CheckFinding(CheckResult.Unknown, "Whether the role may write to the tables was not looked at: this endpoint has no SimulatePrincipalPolicy. The canaries find out.")];
        }
    }

    private async Task<IReadOnlyList<CheckFinding>> DevicesAsync(RoleAliasDescription alias, IReadOnlyList<string> things, CancellationToken cancellationToken)
    {
        var problems = await EachThing.AskAsync(things, async (thing, token) => (thing, Problem: await ProblemOfAsync(alias, thing, token).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        var findings = problems.Where(p => p.Problem is not null).GroupBy(p => p.Problem!).Select(g => g.Key with { What = $"{g.Key.What}: {Names([.. g.Select(p => p.thing)])}" }).ToList();
        if (findings.Count == 0) findings.Add(new CheckFinding(CheckResult.Ok, $"The IoT policies of {Counted.Of(things.Count, "thing")} allow {AssumeRole} on it"));
        return findings;
    }

    private async Task<CheckFinding?> ProblemOfAsync(RoleAliasDescription alias, string thing, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> principals;
        try
        {
            principals = await fleet.Registry.PrincipalsAsync(thing, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            return new CheckFinding(CheckResult.Fails, "There is no such thing");
        }

        CheckFinding? worst = new(CheckResult.Fails, "No certificate is attached to the thing (aws iot attach-thing-principal)");
        foreach (var principal in principals.Where(p => p.Contains(":cert/", StringComparison.Ordinal)))
        {
            var (status, _) = await fleet.Registry.CertificateAsync(principal[(principal.LastIndexOf('/') + 1)..], cancellationToken).ConfigureAwait(false);
            if (status != "ACTIVE")
            {
                worst = new CheckFinding(CheckResult.Fails, $"The thing's certificate is {status}");
                continue;
            }

            var names = await fleet.Registry.PoliciesAsync(principal, cancellationToken).ConfigureAwait(false);
            var documents = await Task.WhenAll(names.Select(n => _policies.GetOrAdd(n, key => fleet.Registry.PolicyAsync(key, cancellationToken)))).ConfigureAwait(false);
            switch (PolicyDocument.Decide(documents, AssumeRole, alias.Arn))
            {
                case PolicySays.Allows:
                    return null;
                case PolicySays.MayAllow:
                    worst = new CheckFinding(CheckResult.Unknown, $"{AssumeRole} on the alias depends on a condition or a variable, which only AWS evaluates");
                    break;
                case PolicySays.Denies:
                    worst = new CheckFinding(CheckResult.Fails, $"An IoT policy denies {AssumeRole} on the alias");
                    break;
                default:
                    worst = new CheckFinding(CheckResult.Fails, $"No IoT policy of the certificate allows {AssumeRole} on {alias.Arn} (aws iot attach-policy; policies of thing groups were not looked at)");
                    break;
            }
        }

        return worst;
    }

    private static string Names(IReadOnlyList<string> things) => $"{string.Join(", ", things.Take(MostNames))}{(things.Count > MostNames ? $" and {things.Count - MostNames} more" : "")}";
}
