namespace DeviceAgent.Testbed.Signing;

/// <summary>The <c>Credential</c> of a signature: <c>keyid/date/region/service/term</c>.</summary>
internal sealed record CredentialScope(string AccessKeyId, string Date, string Region, string Service, string Terminator)
{
    /// <summary>Null unless it has exactly five parts; slashes at the end do not count.</summary>
    public static CredentialScope? Parse(string credential) => credential.TrimEnd('/').Split('/') is [var key, var date, var region, var service, var terminator]
        ? new CredentialScope(key, date, region, service, terminator)
        : null;

    /// <summary>The scope as it stands in the string to sign.</summary>
    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";

    /// <summary>Everything that is wrong with the scope, in the services' words; empty when nothing is.</summary>
    public string Faults(IReadOnlySet<string> services, string date)
    {
        var faults = new List<string>();
        if (Region != CloudAccount.Region) faults.Add($"Credential should be scoped to a valid region, not '{Region}'.");
        if (!services.Contains(Service)) faults.Add($"Credential should be scoped to correct service: '{services.Order(StringComparer.Ordinal).First()}'.");
        if (Terminator != SigV4Canonicalizer.Terminator) faults.Add($"Credential should be scoped with a valid terminator: '{SigV4Canonicalizer.Terminator}', not '{Terminator}'.");
        if (Date != date[..8]) faults.Add($"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{Date}' != '{date[..8]}', from '{date}'.");
        return string.Join(' ', faults);
    }
}
