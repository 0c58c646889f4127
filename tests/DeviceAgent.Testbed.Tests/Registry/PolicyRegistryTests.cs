using DeviceAgent.Testbed.Registry;
using static DeviceAgent.Testbed.Tests.Registry.ThingRegistryTests;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class PolicyRegistryTests : IDisposable
{
    private const string DenyAll = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iot:*","Resource":"*"}]}""";

    private readonly IotWorld _world = new();

    private PolicyRegistry Policies => _world.Registry.Policies;

    [Fact]
    public void Create_FirstVersion_IsTheDefault()
    {
        var policy = Policies.Create("fleet+creds=,.@-", IotWorld.AllowAll);

        Assert.Equal("1", policy.DefaultVersionId);
        Assert.Equal(IotWorld.AllowAll, policy.Default.Document);
        Refused(409, "ResourceAlreadyExistsException", () => Policies.Create("fleet+creds=,.@-", IotWorld.AllowAll));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"Version":"2012-10-17"}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Action":"iot:*","Resource":"*"}]}""")]
    public void Create_DocumentThatIsNoPolicy_IsMalformed(string document)
    {
        Refused(400, "MalformedPolicyException", () => Policies.Create("p", document));
        Assert.Empty(Policies.All);
    }

    [Fact]
    public void Create_DocumentLength_DoesNotCountWhiteSpace()
    {
        Policies.Create("p", IotWorld.AllowAll + new string(' ', 4000));

        Refused(400, "MalformedPolicyException", () => Policies.Create("q", IotWorld.AllowAll.Replace("iot:*", "iot:" + new string('a', 2048))));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("with/slash")]
    [InlineData("schön")]
    public void Create_NameOutsideThePattern_IsRefused(string name) =>
        Refused(400, "InvalidRequestException", () => Policies.Create(name, IotWorld.AllowAll));

    [Fact]
    public void CreateVersion_SetAsDefault_IsInForceForTheCertificate()
    {
        var certificate = _world.NewCertificate().Id;
        Policies.Create("p", IotWorld.AllowAll);
        _world.Registry.PolicyTargets.Attach("p", certificate);

        Policies.CreateVersion("p", DenyAll, setAsDefault: false);
        Assert.Equal(IotWorld.AllowAll, _world.Registry.PoliciesOf(certificate).Single().Text);
        Policies.SetDefaultVersion("p", "2");
        Assert.Equal(DenyAll, _world.Registry.PoliciesOf(certificate).Single().Text);
    }

    [Fact]
    public void Versions_Limit_IsFiveAndNumbersAreNotUsedAgain()
    {
        Policies.Create("p", IotWorld.AllowAll);
        for (var i = 0; i < 4; i++) Policies.CreateVersion("p", DenyAll, false);
        Refused(409, "VersionsLimitExceededException", () => Policies.CreateVersion("p", DenyAll, false));

        Policies.DeleteVersion("p", "5");
        Assert.Equal("6", Policies.CreateVersion("p", DenyAll, false).Id);
    }

    [Fact]
    public void Delete_Rules_AreDetachedAndNoOtherVersions()
    {
        var certificate = _world.NewCertificate().Id;
        Policies.Create("p", IotWorld.AllowAll);
        Policies.CreateVersion("p", DenyAll, setAsDefault: true);
        _world.Registry.PolicyTargets.Attach("p", certificate);

        Refused(409, "DeleteConflictException", () => Policies.Delete("p"));
        _world.Registry.PolicyTargets.Detach("p", certificate);
        Refused(409, "DeleteConflictException", () => Policies.Delete("p"));
        Refused(409, "DeleteConflictException", () => Policies.DeleteVersion("p", "2"));
        Policies.DeleteVersion("p", "1");
        Policies.Delete("p");
        Refused(404, "ResourceNotFoundException", () => Policies.Get("p"));
    }

    public void Dispose() => _world.Dispose();
}
