using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using DeviceAgent.Credentials.Provider;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Credentials;

/// <summary>Checks <see cref="RoleAliasOptions"/> without touching the network or the disk.</summary>
public static partial class RoleAliasOptionsValidator
{
    private static readonly TimeSpan MinConnectTimeout = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan MaxConnectTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MaxRequestTimeout = TimeSpan.FromSeconds(120);

    /// <summary>Everything that is wrong with <paramref name="options"/>; empty when they can be used.</summary>
    public static IReadOnlyList<OptionProblem> Validate(RoleAliasOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<OptionProblem>();
        if (EndpointAddress.Check(options.CredentialsEndpoint) is { } endpoint) problems.Add(endpoint);
        if (!IsRoleAlias(options.RoleAlias))
            problems.Add(new(nameof(options.RoleAlias), options.RoleAlias ?? "", "it cannot be a role alias", "1 to 128 of A-Z a-z 0-9 _ = , @ - are allowed."));
        if (options.ThingName is { } thing && !IsThingName(thing))
            problems.Add(new(nameof(options.ThingName), thing, "it cannot be a thing name", "1 to 128 of A-Z a-z 0-9 : _ - are allowed."));
        if (options.ConnectTimeout < MinConnectTimeout || options.ConnectTimeout > MaxConnectTimeout)
            problems.Add(new(nameof(options.ConnectTimeout), $"{options.ConnectTimeout}", "it is out of range", "Use 0.1 s to 60 s."));
        if (options.RequestTimeout < options.ConnectTimeout || options.RequestTimeout > MaxRequestTimeout)
            problems.Add(new(nameof(options.RequestTimeout), $"{options.RequestTimeout}", "it is out of range", $"Use {nameof(options.ConnectTimeout)} ({options.ConnectTimeout}) to 120 s."));
        return problems;
    }

    /// <summary>Whether AWS IoT could have a role alias of this name: <c>[\w=,@-]{1,128}</c>.</summary>
    public static bool IsRoleAlias(string? name) => name is not null && RoleAliasPattern().IsMatch(name);

    /// <summary>Whether AWS IoT could have a thing of this name: <c>[a-zA-Z0-9:_-]{1,128}</c>.</summary>
    public static bool IsThingName(string? name) => name is not null && ThingNamePattern().IsMatch(name);

    /// <summary>The certificates of the CA bundle; null without one, for the system's roots. A file that does not help is added to <paramref name="problems"/>.</summary>
    internal static X509Certificate2Collection? ReadCaBundle(string? path, List<OptionProblem> problems)
    {
        try
        {
            return CertificateTrust.LoadRoots(path);
        }
        catch (DeviceIdentityException e)
        {
            problems.AddRange(e.Problems.Select(p => new OptionProblem(nameof(RoleAliasOptions.CaPath), path!, p.What, p.Remedy)));
            return [];
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_=,@-]{1,128}\z")]
    private static partial Regex RoleAliasPattern();

    [GeneratedRegex(@"\A[a-zA-Z0-9:_-]{1,128}\z")]
    private static partial Regex ThingNamePattern();
}
