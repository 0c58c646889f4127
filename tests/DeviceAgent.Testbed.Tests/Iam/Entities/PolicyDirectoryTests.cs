using DeviceAgent.Testbed.Iam.Entities;
using static DeviceAgent.Testbed.Tests.Iam.IamFixture;

namespace DeviceAgent.Testbed.Tests.Iam.Entities;

public sealed class PolicyDirectoryTests : IDisposable
{
    private const string Arn = "arn:aws:iam::123456789012:policy/p";

    private readonly IamFixture _iam = new();

    private PolicyDirectory Policies => _iam.Service.Policies;

    public void Dispose() => _iam.Dispose();

    [Fact]
    public void Create_FirstVersion_IsTheDefault()
    {
        Policies.Create("p", OwnTable);

        var policy = Policies.Get(Arn);

        Assert.Equal("v1", policy.DefaultVersionId);
        Assert.Equal(OwnTable, policy.DefaultVersion.Document);
        Assert.Matches("^ANPA[A-Z2-7]{17}$", policy.PolicyId);
    }

    [Fact]
    public void Create_NameThatIsTaken_IsRefusedEvenUnderAnotherPath()
    {
        Policies.Create("p", OwnTable);

        Refused(() => Policies.Create("P", OwnTable, "/other/"), "EntityAlreadyExists");
    }

    [Fact]
    public void Create_BrokenDocument_SaysWhere()
    {
        var e = Refused(() => Policies.Create("p", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"PutItem","Resource":"*"}}"""), "MalformedPolicyDocument");

        Assert.Contains("policy.Statement.Action: \"PutItem\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_SidThatIsNotAlphanumeric_IsRefused() => Refused(
        () => Policies.Create("p", PolicyDecisions.Statement("""{"Sid":"not-this","Effect":"Allow","Action":"*","Resource":"*"}""")), "MalformedPolicyDocument");

    [Fact]
    public void Create_SizeOverTheQuota_CountsNoWhiteSpace()
    {
        Policies.Create("p", AllowAll() + new string(' ', 10_000));

        var tooLong = PolicyDecisions.Statement($$"""{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{{new string('x', 6144)}}"}""");
        Refused(() => Policies.Create("q", tooLong), "LimitExceeded");
    }

    [Fact]
    public void CreateVersion_UpToFive_NumbersAreNeverUsedTwice()
    {
        Policies.Create("p", OwnTable);
        for (var i = 2; i <= 5; i++) Assert.Equal($"v{i}", Policies.CreateVersion(Arn, AllowAll(), setAsDefault: false).VersionId);

        Refused(() => Policies.CreateVersion(Arn, AllowAll(), setAsDefault: false), "LimitExceeded");
        Policies.DeleteVersion(Arn, "v5");

        Assert.Equal("v6", Policies.CreateVersion(Arn, AllowAll(), setAsDefault: true).VersionId);
        Assert.Equal("v6", Policies.Get(Arn).DefaultVersionId);
    }

    [Fact]
    public void SetDefaultVersion_OtherVersion_IsInForce()
    {
        Policies.Create("p", OwnTable);
        Policies.CreateVersion(Arn, AllowAll(), setAsDefault: false);
        Assert.Equal(OwnTable, Policies.Get(Arn).DefaultVersion.Document);
        _iam.Time.Advance(TimeSpan.FromMinutes(1));

        Policies.SetDefaultVersion(Arn, "v2");

        Assert.Equal(AllowAll(), Policies.Get(Arn).DefaultVersion.Document);
        Assert.Equal(_iam.Time.GetUtcNow(), Policies.Get(Arn).UpdateDate);
        Refused(() => Policies.SetDefaultVersion(Arn, "v3"), "NoSuchEntity");
    }

    [Fact]
    public void DeleteVersion_TheDefault_IsRefused()
    {
        Policies.Create("p", OwnTable);

        Refused(() => Policies.DeleteVersion(Arn, "v1"), "DeleteConflict");
        Refused(() => Policies.DeleteVersion(Arn, "v2"), "NoSuchEntity");
    }

    [Fact]
    public void Delete_AttachedOrWithVersions_OnlyOnceTheyAreGone()
    {
        Policies.Create("p", OwnTable);
        Policies.CreateVersion(Arn, AllowAll(), setAsDefault: true);
        _iam.Service.Users.Attach("operator", Arn);
        Assert.Equal(1, Policies.AttachmentCount(Arn));

        Refused(() => Policies.Delete(Arn), "DeleteConflict");
        _iam.Service.Users.Detach("operator", Arn);
        Refused(() => Policies.Delete(Arn), "DeleteConflict");
        Policies.DeleteVersion(Arn, "v1");
        Policies.Delete(Arn);

        Refused(() => Policies.Get(Arn), "NoSuchEntity");
    }
}
