using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests;

public sealed class RoleAliasOptionsTests
{
    private static readonly RoleAliasOptions Good = new() { CredentialsEndpoint = "c0ffee0123.credentials.iot.us-east-1.amazonaws.com", RoleAlias = "fleet-ddb" };

    [Theory]
    [InlineData("c0ffee0123.credentials.iot.us-east-1.amazonaws.com")]
    [InlineData("c0ffee0123.credentials.iot.cn-north-1.amazonaws.com.cn:443")]
    [InlineData("localhost:8443")]
    [InlineData("127.0.0.1:8443")]
    [InlineData("[::1]:8443")]
    public void Accepts_Endpoint(string endpoint) => Assert.Empty(RoleAliasOptionsValidator.Validate(Good with { CredentialsEndpoint = endpoint }));

    [Theory]
    [InlineData("", "missing")]
    [InlineData("https://x.credentials.iot.us-east-1.amazonaws.com", "scheme")]
    [InlineData("host/path", "no host or host:port")]
    [InlineData("host:0", "no host or host:port")]
    [InlineData("host:99999", "no host or host:port")]
    [InlineData("two words", "no host or host:port")]
    [InlineData("user@host", "no host or host:port")]
    [InlineData("c0ffee0123-ats.iot.us-east-1.amazonaws.com", "data endpoint")]
    public void Rejects_Endpoint(string endpoint, string what)
    {
        var problem = Assert.Single(RoleAliasOptionsValidator.Validate(Good with { CredentialsEndpoint = endpoint }));
        Assert.Equal("CredentialsEndpoint", problem.Option);
        Assert.Contains(what, problem.What);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("A_b=c,d@e-f9", true)]
    [InlineData("", false)]
    [InlineData("a.b", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    [InlineData("a\n", false)]
    public void IsRoleAlias_Name_FollowsTheModel(string name, bool valid) => Assert.Equal(valid, RoleAliasOptionsValidator.IsRoleAlias(name));

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void Names_Length_IsAtMost128(int length, bool valid)
    {
        Assert.Equal(valid, RoleAliasOptionsValidator.IsRoleAlias(new string('a', length)));
        Assert.Equal(valid, RoleAliasOptionsValidator.IsThingName(new string('a', length)));
    }

    [Fact]
    public void Validate_SeveralFaults_AreAllReported()
    {
        var problems = RoleAliasOptionsValidator.Validate(new()
        {
            CredentialsEndpoint = " ",
            RoleAlias = "a b",
            ThingName = "a.b",
            ConnectTimeout = TimeSpan.Zero,
            RequestTimeout = TimeSpan.FromMinutes(3),
        });
        Assert.Equal(["CredentialsEndpoint", "RoleAlias", "ThingName", "ConnectTimeout", "RequestTimeout"], problems.Select(p => p.Option));
        Assert.All(problems, p => Assert.NotEmpty(p.Remedy));
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("no certificate", "neither a PEM nor a DER certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "certificate 1 in the file is damaged")]
    public void NewClient_BadCaBundle_IsReportedWithTheOtherFaults(string? content, string what)
    {
        using var folder = new TestFolder();
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var identity = new DeviceIdentity(Pki.DeviceCertificate(Pki.Root, key));
        var path = content is null ? folder.PathOf("roots.pem") : folder.Write("roots.pem", content);
        var exception = Assert.Throws<RoleAliasOptionsException>(
            () => new CredentialsProviderClient(identity, Good with { RoleAlias = "", CaPath = path }, new ManualTimeProvider()));
        Assert.Equal(["RoleAlias", "CaPath"], exception.Problems.Select(p => p.Option));
        Assert.Contains(what, exception.Problems[1].What);
    }
}
