using DeviceAgent.Credentials.Transport;
using Microsoft.Extensions.Options;

namespace DeviceAgent.Credentials;

/// <summary>
/// Everything that <see cref="ServiceCollectionExtensions.AddIotRoleAliasCredentials(Microsoft.Extensions.DependencyInjection.IServiceCollection, Action{IotRoleAliasOptions})"/>
/// needs, as a configuration section holds it.
/// </summary>
public sealed class IotRoleAliasOptions
{
    /// <summary>Required: <see cref="RoleAliasOptions.CredentialsEndpoint"/>.</summary>
    public string? CredentialsEndpoint { get; set; }

    /// <summary>Required: <see cref="RoleAliasOptions.RoleAlias"/>.</summary>
    public string? RoleAlias { get; set; }

    /// <summary><see cref="RoleAliasOptions.ThingName"/>.</summary>
    public string? ThingName { get; set; }

    /// <summary><see cref="RoleAliasOptions.CaPath"/>.</summary>
    public string? CaPath { get; set; }

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
        CredentialsEndpoint = CredentialsEndpoint ?? "",
        RoleAlias = RoleAlias ?? "",
        ThingName = Given(ThingName),
        CaPath = Given(CaPath),
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

/// <summary>Says everything that is wrong at once, with certificate, key and CA bundle read as they will be used; no network.</summary>
internal sealed class IotRoleAliasOptionsValidator : IValidateOptions<IotRoleAliasOptions>
{
    private static readonly TimeSpan MaxStartSpread = TimeSpan.FromHours(2);

    public ValidateOptionsResult Validate(string? name, IotRoleAliasOptions options)
    {
        var roleAlias = options.ToRoleAlias();
        var problems = RoleAliasOptionsValidator.Validate(roleAlias).ToList();
        foreach (var root in RoleAliasOptionsValidator.ReadCaBundle(roleAlias.CaPath, problems) ?? []) root.Dispose();
        ProxySetting.Read(problems, http: false);
        if (options.StartSpread < TimeSpan.Zero || options.StartSpread > MaxStartSpread)
            problems.Add(new(nameof(options.StartSpread), $"{options.StartSpread}", "it is out of range", "Use 0 to 2 h."));
        if (string.IsNullOrEmpty(options.CertificatePath))
            problems.Add(new(nameof(options.CertificatePath), "", "it is missing", "Name the file of the device's certificate (PEM or PFX)."));

        var failures = problems.Select(p => p.ToString()).Concat(Identity(options)).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Identity(IotRoleAliasOptions options)
    {
        if (string.IsNullOrEmpty(options.CertificatePath)) return [];
        try
        {
            DeviceIdentity.Load(options.ToIdentity()).Dispose();
            return [];
        }
        catch (DeviceIdentityException e)
        {
            return e.Problems.Select(p => p.ToString());
        }
    }
}
