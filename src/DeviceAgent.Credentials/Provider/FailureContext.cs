using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Provider;

/// <summary>The names that go into messages and remedies.</summary>
internal sealed record FailureContext(
    string Endpoint, string RoleAlias, string? ThingName, DeviceIdentity Identity, DateTimeOffset Now)
{
    /// <summary>Older than this software: a clock before it is certainly wrong.</summary>
    private static readonly DateTimeOffset SoftwareEpoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The proxy that is asked through, as <c>scheme://host:port</c> and without its user and password; null for none.</summary>
    public string? Proxy { get; init; }

    /// <summary>Says in a message that there is a proxy on the way.</summary>
    public string Way => Proxy is null ? "" : $" through the proxy {Proxy}";

    public string CertificateId => Identity.CertificateId;

    /// <summary>The certificate's ARN; the account is not known on the device.</summary>
    public string CertificateArn => $"arn:aws:iot:{Region}:ACCOUNT:cert/{CertificateId}";

    public string RoleAliasArn => $"arn:aws:iot:{Region}:ACCOUNT:rolealias/{RoleAlias}";

    public string LocalTime => $"{Now.UtcDateTime:u}";

    /// <summary>Whether the local clock is certainly wrong: before this software, or before the device's certificate was issued.</summary>
    public bool ClockIsWrong => Now < SoftwareEpoch || Now < Identity.NotBefore;

    /// <summary>A sentence about the device certificate's own dates, empty while they are fine.</summary>
    public string CertificateDates => string.Concat(
        Identity.WarningsAt(Now).Where(_ => !Identity.IsWithinDates(Now)).Select(p => $" Note: {p.What}."));

    /// <summary>Taken from <c>PREFIX.credentials.iot.REGION.amazonaws.com</c>.</summary>
    private string Region
    {
        get
        {
            const string marker = ".credentials.iot.";
            var at = Endpoint.IndexOf(marker, StringComparison.OrdinalIgnoreCase);
            return at < 0 ? "REGION" : Endpoint[(at + marker.Length)..].Split('.')[0];
        }
    }
}

/// <summary>Found before anything was sent.</summary>
internal static class RequestFailures
{
    public static CredentialFailure AliasName(FailureContext c) => new(
        CredentialFailureKind.RoleAliasNameInvalid,
        $"\"{PrintableText.Of(c.RoleAlias)}\" cannot be the name of a role alias; nothing was sent.",
        "role alias: its name",
        "Use 1 to 128 of A-Z a-z 0-9 _ = , @ - (list the existing ones: aws iot list-role-aliases)");
}
