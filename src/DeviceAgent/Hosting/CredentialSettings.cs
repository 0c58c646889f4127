using System.Text.Json;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Settings;

namespace DeviceAgent.Hosting;

/// <summary>The settings of the device's identity and of the credentials provider.</summary>
internal static class CredentialSettings
{
    private const string CaPath = "caPath";

    private const int MaxPasswordBytes = 4096;

    public static DeviceIdentityOptions ReadIdentity(SettingsReader settings)
    {
        settings.Required("certificatePath", "the file of the device's certificate (PEM or PFX), or its pkcs11 URI");
        var (certificate, key) = (FileOrHardware(settings, "certificatePath") ?? "", FileOrHardware(settings, "privateKeyPath"));
        return new DeviceIdentityOptions
        {
            CertificatePath = certificate,
            PrivateKeyPath = key,
            CertificateChainPath = settings.CredentialPath("certificateChainPath"),
            PrivateKeyPassword = ReadPassword(settings),
            AllowInsecureKeyPermissions = settings.Flag("allowInsecureKeyPermissions", false) || settings.Credentials.Guards(key ?? certificate),
        };
    }

    /// <param name="settings">All of them.</param>
    /// <param name="thingName">Is sent along.</param>
    /// <param name="asksByHttp">Whether the table is asked by http: that goes through another proxy than all else.</param>
    public static RoleAliasOptions ReadRoleAlias(SettingsReader settings, string thingName, bool asksByHttp)
    {
        var options = new RoleAliasOptions
        {
            CredentialsEndpoint = settings.Required("credentialsEndpoint", "the host of the credentials provider (aws iot describe-endpoint --endpoint-type iot:CredentialProvider)"),
            RoleAlias = settings.Required("roleAlias", "the role alias to ask for"),
            ThingName = thingName,
            CaPath = settings.FilePath(CaPath),
            Names = new OptionNames(CaPath, ConnectTimeout: null, RequestTimeout: null),
        };
        List<OptionProblem> problems = [.. RoleAliasOptionsValidator.Validate(options).Where(p => p.Value.Length > 0)];
        foreach (var root in RoleAliasOptionsValidator.ReadCaBundle(options.CaPath, problems) ?? []) root.Dispose();
        ProxySetting.Read(problems, asksByHttp);
        foreach (var error in problems.Select(ErrorOf)) settings.Error(error.Key, error.Value, error.Problem);
        return options;
    }

    /// <summary>Reads the trusted certificates once more, as the user that this process has become: root could read more.</summary>
    /// <exception cref="ConfigurationException">They cannot be read.</exception>
    public static void RequireRoots(RoleAliasOptions options)
    {
        var problems = new List<OptionProblem>();
        foreach (var root in RoleAliasOptionsValidator.ReadCaBundle(options.CaPath, problems) ?? []) root.Dispose();
        if (problems.Count > 0) throw new ConfigurationException([.. problems.Select(ErrorOf)]);
    }

    private static ConfigurationError ErrorOf(OptionProblem problem) =>
        new(KeyOf(problem.Option), problem.Value is { Length: > 0 } value ? value : null, $"{problem.What}. {problem.Remedy}");

    /// <summary>The keys are named as the library's options; a proxy's is the environment variable.</summary>
    private static string KeyOf(string option) => option.Contains("proxy", StringComparison.OrdinalIgnoreCase) ? option : JsonNamingPolicy.CamelCase.ConvertName(option);

    private static string? FileOrHardware(SettingsReader settings, string name) =>
        settings.Text(name) is { } text && text.StartsWith("pkcs11:", StringComparison.OrdinalIgnoreCase) ? text : settings.CredentialPath(name);

    private static Secret? ReadPassword(SettingsReader settings)
    {
        var password = settings.SecretText("privateKeyPassword");
        if (settings.CredentialPath("privateKeyPasswordFile") is not { } file) return password;
        if (password is not null) settings.Error("privateKeyPasswordFile", file, "privateKeyPassword is set as well; keep one of the two");
        try
        {
            var text = InputFile.ReadText(file, MaxPasswordBytes).TrimEnd('\r', '\n');
            if (text.Length > 0) return new Secret(text);
            settings.Error("privateKeyPasswordFile", file, "the file is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            settings.Error("privateKeyPasswordFile", file, File.Exists(file) ? $"cannot be read: {e.Message}" : "there is no such file");
        }

        return null;
    }
}
