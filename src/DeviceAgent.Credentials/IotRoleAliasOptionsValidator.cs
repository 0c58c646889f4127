using DeviceAgent.Credentials.Transport;
using Microsoft.Extensions.Options;

namespace DeviceAgent.Credentials;

/// <summary>Says everything that is wrong at once, with certificate, key and CA bundle read as they will be used; no network.</summary>
internal sealed class IotRoleAliasOptionsValidator : IValidateOptions<IotRoleAliasOptions>
{
    private static readonly TimeSpan MaxStartSpread = TimeSpan.FromHours(2);

    public ValidateOptionsResult Validate(string? name, IotRoleAliasOptions options)
    {
        var roleAlias = options.ToRoleAlias();
        var problems = RoleAliasOptionsValidator.Validate(roleAlias).ToList();
        foreach (var root in CertificateTrust.LoadRoots(roleAlias.CaBundlePath, problems) ?? []) root.Dispose();
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
