namespace DeviceAgent.Credentials;

/// <summary>
/// Everything that <see cref="ServiceCollectionExtensions.AddIotRoleAliasCredentials(Microsoft.Extensions.DependencyInjection.IServiceCollection, Action{IotRoleAliasOptions})"/>
/// needs, as a configuration section holds it.
/// </summary>
public sealed class IotRoleAliasOptions
{
    /// <summary>Required: <see cref="RoleAliasOptions.Endpoint"/>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Required: <see cref="RoleAliasOptions.RoleAlias"/>.</summary>
    public string? RoleAlias { get; set; }

    /// <summary><see cref="RoleAliasOptions.ThingName"/>.</summary>
    public string? ThingName { get; set; }

    /// <summary><see cref="RoleAliasOptions.CaBundlePath"/>.</summary>
    public string? CaBundlePath { get; set; }

    /// <summary><see cref="RoleAliasOptions.ConnectTimeout"/>, default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary><see cref="RoleAliasOptions.RequestTimeout"/>, default 10 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Required: <see cref="DeviceIdentityOptions.CertificatePath"/>.</summary>
    public string? CertificatePath { get; set; }

    /// <summary><see cref="DeviceIdentityOptions.PrivateKeyPath"/>.</summary>
    public string? PrivateKeyPath { get; set; }

    /// <summary><see cref="DeviceIdentityOptions.CertificateChainPath"/>.</summary>
    public string? CertificateChainPath { get; set; }

    /// <summary><see cref="DeviceIdentityOptions.PrivateKeyPassword"/>. Better from an environment variable or a secret store than from a file beside the key.</summary>
    public string? PrivateKeyPassword { get; set; }

    /// <summary><see cref="DeviceIdentityOptions.AllowInsecureKeyPermissions"/>, default false.</summary>
    public bool AllowInsecureKeyPermissions { get; set; }

    /// <summary><see cref="CredentialCacheOptions.StartSpread"/>, default zero.</summary>
    public TimeSpan StartSpread { get; set; }

    internal RoleAliasOptions ToRoleAlias() => new()
    {
        Endpoint = Endpoint ?? "",
        RoleAlias = RoleAlias ?? "",
        ThingName = Given(ThingName),
        CaBundlePath = Given(CaBundlePath),
        ConnectTimeout = ConnectTimeout,
        RequestTimeout = RequestTimeout,
    };

    internal DeviceIdentityOptions ToIdentity() => new()
    {
        CertificatePath = CertificatePath ?? "",
        PrivateKeyPath = Given(PrivateKeyPath),
        CertificateChainPath = Given(CertificateChainPath),
        PrivateKeyPassword = Given(PrivateKeyPassword) is { } password ? new Secret(password) : null,
        AllowInsecureKeyPermissions = AllowInsecureKeyPermissions,
    };

    internal CredentialCacheOptions ToCache() => new() { StartSpread = StartSpread };

    /// <summary>A configuration often has an empty text where it means nothing.</summary>
    private static string? Given(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
