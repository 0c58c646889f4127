using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Provider;

/// <summary>The names that go into messages and remedies.</summary>
internal sealed record FailureContext(
    string Endpoint, string RoleAlias, string? ThingName, DeviceIdentity Identity, DateTimeOffset Now)
{
    /// <summary>Older than this software: a clock before it is certainly wrong.</summary>
    private static readonly DateTimeOffset SoftwareEpoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What remedies call the options.</summary>
    public OptionNames Names { get; init; } = OptionNames.OfThisLibrary;

    /// <summary>The proxy that is asked through, as <c>scheme://host:port</c> and without its user and password; null for none.</summary>
    public string? Proxy { get; init; }

    /// <summary>Says in a message that there is a proxy on the way.</summary>
    public string Way => Proxy is null ? "" : $" through the proxy {Proxy}";

    public string CertificateId => Identity.CertificateId;

    /// <summary>The certificate's ARN, for a shell: the account is not known on the device.</summary>
    public string CertificateArn => $"$(aws iot describe-certificate --certificate-id {CertificateId} --query certificateDescription.certificateArn --output text)";

    /// <summary>A name that is not there is most often misspelt: the first thing to look at.</summary>
    public string IsAliasMisspelt => $"Is the role alias '{RoleAlias}' misspelt (case counts)? Those that there are: aws iot list-role-aliases";

    public string LocalTime => $"{Now.UtcDateTime:u}";

    /// <summary>Whether the local clock is certainly wrong: before this software, or before the device's certificate was issued.</summary>
    public bool ClockIsWrong => Now < SoftwareEpoch || Now < Identity.NotBefore;

    /// <summary>A sentence about the device certificate's own dates, empty while they are fine.</summary>
    public string CertificateDates => string.Concat(
        Identity.WarningsAt(Now).Where(_ => !Identity.IsWithinDates(Now)).Select(p => $" Note: {p.What}."));
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
