using DeviceAgent.Credentials;
using DeviceAgent.Hosting;
using DeviceAgent.Readings;
using DeviceAgent.Settings;

namespace DeviceAgent.Commands.Doctor;

/// <summary>Certificate, chain and private key: whether they can be read, belong together, are closed to others, and are within their dates.</summary>
internal static class IdentityCheck
{
    private const string KeyPath = "privateKeyPath";

    /// <param name="options">Where they are.</param>
    /// <param name="identity">What was loaded; null where it could not be.</param>
    /// <param name="problems">Why not, by key of the configuration.</param>
    /// <param name="now">The best that is known of the time.</param>
    public static IEnumerable<Finding> Run(AgentOptions options, DeviceIdentity? identity, IReadOnlyList<ConfigurationError> problems, DateTimeOffset now)
    {
        if (identity is not null) return Loaded(options, identity, now);
        var (ofKey, ofCertificate) = (problems.Where(p => p.Key == KeyPath).ToList(), problems.Where(p => p.Key != KeyPath).ToList());
        return Problems(CheckName.Certificate, ofCertificate, CheckName.PrivateKey).Concat(Problems(CheckName.PrivateKey, ofKey, CheckName.Certificate));
    }

    private static IEnumerable<Finding> Loaded(AgentOptions options, DeviceIdentity identity, DateTimeOffset now)
    {
        var warnings = identity.WarningsAt(now);
        foreach (var warning in warnings)
        {
            yield return identity.IsWithinDates(now)
                ? Finding.Warning(CheckName.Certificate, $"{warning.Subject}: {warning.What}", warning.Remedy)
                : Finding.Failure(CheckName.Certificate, $"{warning.Subject}: {warning.What}", warning.Remedy);
        }

        var files = options.ActiveIdentity;
        if (warnings.Count == 0) yield return Finding.Ok(CheckName.Certificate, $"{identity.CertificateId}, valid until {TimestampText.Format(identity.NotAfter)}, from {DeviceIdentityOptions.Shown(files.CertificatePath)}");
        yield return Finding.Ok(CheckName.PrivateKey, $"belongs to the certificate, from {DeviceIdentityOptions.Shown(files.PrivateKeyPath ?? files.CertificatePath)}");
    }

    private static IEnumerable<Finding> Problems(string check, List<ConfigurationError> problems, string other)
    {
        if (problems.Count == 0) return [Finding.Needs(check, other)];
        return problems.Select(p => Of(check, p));
    }

    /// <summary>An error of the configuration as a finding, what to do apart where it is known by itself.</summary>
    public static Finding Of(string check, ConfigurationError error) => error.Remedy is { } remedy
        ? Finding.Failure(check, (error with { Problem = error.Problem[..^remedy.Length].TrimEnd() }).ToString(), remedy)
        : Finding.Failure(check, error.ToString(), null);
}
