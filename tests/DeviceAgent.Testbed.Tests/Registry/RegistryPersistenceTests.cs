using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class RegistryPersistenceTests : IDisposable
{
    private readonly IotWorld _world = new();
    private readonly TestCa _ca = new();

    [Fact]
    public void Restart_EverythingThatWasMade_IsThere()
    {
        var registry = _world.Registry;
        var type = registry.ThingTypes.Create("boiler", "d", ["site"]);
        var thing = registry.Things.Create("boiler-07", "boiler", new Dictionary<string, string> { ["site"] = "a" });
        var code = registry.CaCertificates.RegistrationCode;
        var ca = registry.CaCertificates.Register(_ca.Pem, _ca.IssuePem(code), "DEFAULT", true, true, new JsonObject { ["templateName"] = "t" });
        var certificate = registry.Certificates.Register(_ca.IssuePem("device"), null, "ACTIVE");
        registry.Principals.Attach("boiler-07", certificate.Id, exclusive: true);
        registry.Policies.Create("p", IotWorld.AllowAll);
        registry.Policies.CreateVersion("p", IotWorld.AllowAll, setAsDefault: true);
        registry.PolicyTargets.Attach("p", certificate.Id);
        var alias = registry.RoleAliases.Create("a", "arn:aws:iam::123456789012:role/r", 1800);

        _world.Restart();

        registry = _world.Registry;
        Assert.Equal((type.Id, type.Created), (registry.ThingTypes.Get("boiler").Id, registry.ThingTypes.Get("boiler").Created));
        Assert.Equal((thing.Id, "a"), (registry.Things.Get("boiler-07").Id, registry.Things.Get("boiler-07").Attributes["site"]));
        Assert.Equal(code, registry.CaCertificates.RegistrationCode);
        Assert.Equal("t", (string?)registry.CaCertificates.Get(ca.Id).RegistrationConfig?["templateName"]);
        Assert.Equal(certificate, registry.Certificates.Get(certificate.Id));
        Assert.Equal("EXCLUSIVE_THING", registry.Principals.OfCertificate(certificate.Id).Single().PrincipalType);
        Assert.Equal("2", registry.Policies.Get("p").DefaultVersionId);
        Assert.Single(registry.PoliciesOf(certificate.Id));
        Assert.Equal(alias, registry.FindRoleAlias("a"));
    }

    public void Dispose()
    {
        _ca.Dispose();
        _world.Dispose();
    }
}
