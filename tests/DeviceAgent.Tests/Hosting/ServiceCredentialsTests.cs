using System.Collections;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Hosting;

/// <summary>LoadCredential= of systemd: the key lies in a folder of the service manager.</summary>
public sealed class ServiceCredentialsTests : IDisposable
{
    private readonly TestDevice _device = new(TimeProvider.System);
    private readonly TemporaryFolder _credentials = new();

    public void Dispose()
    {
        _device.Dispose();
        _credentials.Dispose();
    }

    [Theory]
    [InlineData("0400")]
    [InlineData("0440")]
    [InlineData("0600")]
    public void Key_PassedAsSystemdDoes_IsUsed(string mode)
    {
        Pass("device.key", mode);

        var options = Load();

        Assert.Equal(_credentials.File("device.key"), options.Identity.PrivateKeyPath);
        Assert.Equal(Path.Combine(_device.Folder, "device.crt"), options.Identity.CertificatePath);
    }

    [Theory]
    [InlineData("0444")]
    [InlineData("0460")]
    public void Key_PassedWithOtherRights_IsRefused(string mode)
    {
        Pass("device.key", mode);
        var error = Assert.Single(LoadErrors());
        Assert.Equal(("privateKeyPath", _credentials.File("device.key")), (error.Key, error.Value));
        Assert.Contains("other users", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_BesideTheConfigurationWithTheSameRights_IsRefused()
    {
        SetMode(Path.Combine(_device.Folder, "device.key"), "0440");
        Assert.Equal("privateKeyPath", Assert.Single(LoadErrors()).Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public void Key_EmptyCredential_TheOneBesideTheConfigurationIsUsed(string credential)
    {
        _credentials.Write("device.key", credential);
        Assert.Equal(Path.Combine(_device.Folder, "device.key"), Load().Identity.PrivateKeyPath);
    }

    [Fact]
    public void Key_InNeitherPlace_BothAreNamed()
    {
        File.Delete(Path.Combine(_device.Folder, "device.key"));
        _credentials.Write("device.key", "");

        var error = Assert.Single(LoadErrors());

        Assert.Equal(("privateKeyPath", Path.Combine(_device.Folder, "device.key")), (error.Key, error.Value));
        Assert.Contains("does not exist", error.Problem, StringComparison.Ordinal);
        Assert.EndsWith($"{_credentials.Path} (CREDENTIALS_DIRECTORY) was looked into first: it has no device.key, or an empty one.", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_NoCredentialsArePassed_NothingIsSaidOfThem()
    {
        File.Delete(Path.Combine(_device.Folder, "device.key"));
        Assert.DoesNotContain("CREDENTIALS", Assert.Throws<ConfigurationException>(() => Load(new Hashtable())).Errors[0].Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("./device.key")]
    [InlineData("../device.key")]
    [InlineData("sub/device.key")]
    public void Key_PathThatIsNoMereName_IsNotLookedFor(string path)
    {
        Pass("device.key", "0400");
        Pass("sub/device.key", "0400");
        Assert.Equal(Path.GetFullPath(path, _device.Folder), LoadOptions($"privateKeyPath={path}").Identity.PrivateKeyPath);
        Assert.Equal("/k/device.key", LoadOptions("privateKeyPath=/k/device.key").Identity.PrivateKeyPath);
    }

    [Fact]
    public void AllFiles_Passed_AreFound()
    {
        _device.WriteIdentity("device", "opensesame");
        foreach (var name in new[] { "device.crt", "device.key" })
        {
            Pass(name, "0440");
            File.Delete(Path.Combine(_device.Folder, name));
        }

        _credentials.Write("password", "opensesame\n");
        _credentials.Write("chain.pem", File.ReadAllText(_credentials.File("device.crt")));

        var options = Load(Passed(), "privateKeyPasswordFile=password", "certificateChainPath=chain.pem");

        Assert.Equal(
            new[] { "device.crt", "device.key", "chain.pem" }.Select(_credentials.File),
            new[] { options.Identity.CertificatePath, options.Identity.PrivateKeyPath, options.Identity.CertificateChainPath });
        Assert.Equal("opensesame", options.Identity.PrivateKeyPassword!.Reveal());
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/nonexistent")]
    public void Folder_ThatIsNone_IsAsGoodAsAbsent(string folder) =>
        Assert.Equal(Path.Combine(_device.Folder, "device.key"), Load(new Hashtable { ["CREDENTIALS_DIRECTORY"] = folder }).Identity.PrivateKeyPath);

    private void Pass(string name, string mode) => SetMode(_credentials.Write(name, File.ReadAllText(Path.Combine(_device.Folder, Path.GetFileName(name)))), mode);

    private static void SetMode(string path, string octal)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(octal, 8));
    }

    private Hashtable Passed() => new() { ["CREDENTIALS_DIRECTORY"] = _credentials.Path };

    private AgentOptions Load() => Load(Passed());

    private AgentOptions Load(Hashtable environment, params string[] assignments)
    {
        var (options, identity) = AgentConfiguration.Load(_device.ConfigurationPath, environment, assignments);
        identity.Dispose();
        return options;
    }

    private AgentOptions LoadOptions(string assignment) => AgentConfiguration.LoadOptions(_device.ConfigurationPath, Passed(), [assignment]);

    private IReadOnlyList<ConfigurationError> LoadErrors() => Assert.Throws<ConfigurationException>(() => Load()).Errors;
}
