using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class RegistrySeedTests : IDisposable
{
    private readonly IotWorld _world = new();

    private string Things => Path.Combine(_world.Folder, "things", "thermostat-01");

    [Fact]
    public void EnsureDefaults_AfterTheOperatorChangedThem_LeavesThem()
    {
        Seed().EnsureDefaults();
        _world.Registry.RoleAliases.Update(RegistrySeed.RoleAliasName, null, 900);
        _world.Restart();

        Seed().EnsureDefaults();

        Assert.Equal(900, _world.Registry.RoleAliases.Get(RegistrySeed.RoleAliasName).CredentialDurationSeconds);
        Assert.NotNull(_world.Iam.FindRole(RegistrySeed.RoleName));
        Assert.Single(_world.Iam.PoliciesOfRole(RegistrySeed.RoleName));
        Assert.Equal(RegistrySeed.ThingTypeName, _world.Registry.ThingTypes.All.Single().Name);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void ProvisionThing_NewFolder_HoldsAWorkingIdentity()
    {
        Seed().EnsureDefaults();
        var provisioned = Seed().ProvisionThing("thermostat-01", Things);

        using var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(Things, "certificate.pem"), Path.Combine(Things, "private.key"));
        Assert.Equal(provisioned.CertificateId, CertificateIds.Of(certificate));
        Assert.Equal(_world.Authority.CertificatePem, File.ReadAllText(Path.Combine(Things, "ca.pem")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Things, "private.key")));
        Assert.Equal("ACTIVE", _world.Registry.FindCertificate(provisioned.CertificateId)!.Status);
        Assert.Equal(("thermostat-01", "thermostat"), _world.Registry.ThingsOf(provisioned.CertificateId).Select(t => (t.Name, t.TypeName)).Single());
        Assert.Equal(RegistrySeed.RoleAliasNames.Count + 1, _world.Registry.PoliciesOf(provisioned.CertificateId).Count);
    }

    [Fact]
    public void ProvisionThing_OnARestartedState_ChangesNothing()
    {
        Seed().EnsureDefaults();
        var first = Seed().ProvisionThing("thermostat-01", Things);
        _world.Registry.Certificates.Update(first.CertificateId, "REVOKED");
        var files = Directory.GetFiles(Things).Order().Select(File.ReadAllText).ToList();
        _world.Restart();

        Assert.Equal(first, Seed().ProvisionThing("thermostat-01", Things));

        Assert.Equal(files, Directory.GetFiles(Things).Order().Select(File.ReadAllText));
        Assert.Equal("REVOKED", _world.Registry.Certificates.All.Single().Status);
    }

    [Theory]
    [InlineData("certificate.pem", "damaged")]
    [InlineData("private.key", null)]
    public void ProvisionThing_FolderWithoutAUsableIdentity_GetsANewOne(string file, string? contents)
    {
        Seed().EnsureDefaults();
        var first = Seed().ProvisionThing("thermostat-01", Things);
        if (contents is null) File.Delete(Path.Combine(Things, file));
        else File.WriteAllText(Path.Combine(Things, file), contents);

        var second = Seed().ProvisionThing("thermostat-01", Things);

        Assert.NotEqual(first.CertificateId, second.CertificateId);
        using var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(Things, "certificate.pem"), Path.Combine(Things, "private.key"));
        Assert.Equal(second.CertificateId, CertificateIds.Of(certificate));
    }

    public void Dispose() => _world.Dispose();

    private RegistrySeed Seed() => new(_world.Registry, _world.Iam, _world.Authority);
}
