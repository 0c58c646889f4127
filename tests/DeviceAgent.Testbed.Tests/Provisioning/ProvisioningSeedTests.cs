using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Provisioning;

namespace DeviceAgent.Testbed.Tests.Provisioning;

public sealed class ProvisioningSeedTests : IAsyncDisposable
{
    private readonly ProvisioningWorld _world = new();

    [Fact]
    public async Task EnsureDefaults_Again_KeepsTheClaimAndWhatTheOperatorChanged()
    {
        var claim = await File.ReadAllTextAsync(Path.Combine(_world.ClaimFolder, "certificate.pem"));
        _world.Templates.Update(ProvisioningSeed.TemplateName, "mine", enabled: false, null, null);

        await _world.RestartAsync();

        Assert.Equal(claim, await File.ReadAllTextAsync(Path.Combine(_world.ClaimFolder, "certificate.pem")));
        Assert.Equal(("mine", false), (_world.Templates.Get(ProvisioningSeed.TemplateName).Description, _world.Templates.Get(ProvisioningSeed.TemplateName).Enabled));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void ClaimFolder_Files_AreTheOwnersOnlyAndFit()
    {
        using var pair = X509Certificate2.CreateFromPemFile(Path.Combine(_world.ClaimFolder, "certificate.pem"), Path.Combine(_world.ClaimFolder, "private.key"));

        Assert.True(pair.HasPrivateKey);
        Assert.Equal("ACTIVE", _world.Registry.FindCertificate(CertificateIds.Of(pair))!.Status);
        Assert.Equal(_world.Iot.Authority.CertificatePem, File.ReadAllText(Path.Combine(_world.ClaimFolder, "ca.pem")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_world.ClaimFolder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_world.ClaimFolder, "private.key")));
    }

    [Theory]
    [InlineData("$aws/certificates/create-from-csr/json", true)]
    [InlineData("$aws/provisioning-templates/device-agent/provision/json", true)]
    [InlineData("$aws/certificates/create/json", false)]
    [InlineData("$aws/certificates/create/cbor", false)]
    [InlineData("$aws/certificates/create-from-csr/cbor", false)]
    [InlineData("$aws/provisioning-templates/device-agent/provision/cbor", false)]
    [InlineData("$aws/provisioning-templates/other/provision/json", false)]
    [InlineData("$aws/things/thermostat-01/shadow/update", false)]
    [InlineData("telemetry", false)]
    public void Claim_Rights_AreProvisioningWithItsTemplateAndNothingElse(string topic, bool may)
    {
        var rights = ClaimAs("claim.thermostat-01");

        Assert.True(rights.MayConnect());
        Assert.Equal(may, rights.MayPublish(topic, retain: false));
        foreach (var answer in new[] { "/accepted", "/rejected" })
        {
            Assert.Equal(may, rights.MaySubscribe(topic + answer));
            Assert.Equal(may, rights.MayReceive(topic + answer));
        }

        Assert.False(rights.MayPublish(topic + "/accepted", retain: false));
        Assert.False(rights.MaySubscribe(topic + "/#"));
        Assert.False(rights.MaySubscribe(topic + "/+"));
    }

    /// <summary>A claim cannot take the place of a device that is connected: no thing's name holds a dot.</summary>
    [Theory]
    [InlineData("thermostat-01")]
    [InlineData("claim")]
    [InlineData("claims")]
    [InlineData("claim-thermostat-01")]
    [InlineData("new-device")]
    public void Claim_AsAThing_MayNotConnect(string clientId) => Assert.False(ClaimAs(clientId).MayConnect());

    private DeviceRights ClaimAs(string clientId)
    {
        using var claim = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(_world.ClaimFolder, "certificate.pem")));
        return new DeviceRights(_world.Registry, CertificateIds.Of(claim), clientId, "127.0.0.1", []);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
