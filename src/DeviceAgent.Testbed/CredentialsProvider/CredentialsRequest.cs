namespace DeviceAgent.Testbed.CredentialsProvider;

/// <summary>What a device asks for.</summary>
/// <param name="CertificateId">Of the certificate that it proved to hold.</param>
/// <param name="RoleAlias">From the path, decoded.</param>
/// <param name="ThingName">From the header <c>x-amzn-iot-thingname</c>; null when it was not sent.</param>
internal sealed record CredentialsRequest(string CertificateId, string RoleAlias, string? ThingName)
{
    /// <summary>The alias in <c>/role-aliases/{alias}/credentials</c>, or null for any other target.</summary>
    public static string? AliasOf(string rawTarget) => rawTarget.Split('?')[0].Split('/') switch
    {
        ["", "role-aliases", { Length: > 0 } alias, "credentials"] => Uri.UnescapeDataString(alias),
        _ => null,
    };
}
