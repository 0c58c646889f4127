using DeviceAgent.Testbed.Iam.Entities;
using static DeviceAgent.Testbed.Tests.Iam.IamFixture;

namespace DeviceAgent.Testbed.Tests.Iam.Entities;

public sealed class RoleDirectoryTests : IDisposable
{
    private readonly IamFixture _iam = new();

    private RoleDirectory Roles => _iam.Service.Roles;

    public void Dispose() => _iam.Dispose();

    [Fact]
    public void Create_Defaults_OneHourAtTheRoot()
    {
        var role = Roles.Create("ddb-access", Trust);

        Assert.Equal("arn:aws:iam::123456789012:role/ddb-access", role.Arn);
        Assert.Equal(3600, role.MaxSessionDuration);
        Assert.Equal(_iam.Time.GetUtcNow(), role.CreateDate);
        Assert.Matches("^AROA[A-Z2-7]{17}$", role.RoleId);
    }

    [Fact]
    public void Create_WithEverything_ComesBackFromTheStore()
    {
        Roles.Create("r", Trust, "/devices/", "what for", 43200, [new Tag("k", "v")]);

        var role = Roles.Get("r");

        Assert.Equal("arn:aws:iam::123456789012:role/devices/r", role.Arn);
        Assert.Equal("what for", role.Description);
        Assert.Equal(43200, role.MaxSessionDuration);
        Assert.Equal([new Tag("k", "v")], role.Tags);
        Assert.Equal(Trust, role.TrustPolicy);
    }

    [Theory]
    [InlineData("r")]
    [InlineData("R")]
    public void Create_NameThatIsTaken_IsRefused(string name)
    {
        Roles.Create("r", Trust);

        Assert.Equal(409, Refused(() => Roles.Create(name, Trust), "EntityAlreadyExists").Status);
    }

    [Theory]
    [InlineData("", "/", 3600)]
    [InlineData("a b", "/", 3600)]
    [InlineData("a/b", "/", 3600)]
    [InlineData("r", "devices/", 3600)]
    [InlineData("r", "/devices", 3600)]
    [InlineData("r", "/a b/", 3600)]
    [InlineData("r", "/", 3599)]
    [InlineData("r", "/", 43201)]
    public void Create_ValueOutsideItsRange_IsRefused(string name, string path, int duration) =>
        Assert.Equal(400, Refused(() => Roles.Create(name, Trust, path, null, duration), "ValidationError").Status);

    [Fact]
    public void Create_NameOf65Characters_IsRefused() => Refused(() => Roles.Create(new string('r', 65), Trust), "ValidationError");

    [Fact]
    public void Create_TwoTagsWithOneKey_IsRefused() =>
        Refused(() => Roles.Create("r", Trust, tags: [new Tag("k", "1"), new Tag("K", "2")]), "InvalidInput");

    [Fact]
    public void Create_IdentityPolicyAsTrustPolicy_IsRefused() =>
        Assert.Contains("Principal", Refused(() => Roles.Create("r", AllowAll()), "MalformedPolicyDocument").Message, StringComparison.Ordinal);

    [Fact]
    public void Create_TrustPolicyOverTheQuota_IsRefused()
    {
        var longList = string.Join(',', Enumerable.Range(100, 100).Select(i => $"\"arn:aws:iam::123456789{i}:root\""));
        var trust = PolicyDecisions.Statement($$"""{"Effect":"Allow","Principal":{"AWS":[{{longList}}]},"Action":"sts:AssumeRole"}""");

        Refused(() => Roles.Create("r", trust), "LimitExceeded");
    }

    [Fact]
    public void Get_UnknownRole_IsRefused() =>
        Assert.Equal("The role with name r cannot be found.", Refused(() => Roles.Get("r"), "NoSuchEntity").Message);

    [Fact]
    public void Update_OneOfTwo_LeavesTheOther()
    {
        Roles.Create("r", Trust, description: "old");

        Roles.Update("r", description: null, maxSessionDuration: 7200);
        Roles.Update("r", description: "new", maxSessionDuration: null);

        Assert.Equal(("new", 7200), (Roles.Get("r").Description, Roles.Get("r").MaxSessionDuration));
        Refused(() => Roles.Update("r", null, 60), "ValidationError");
    }

    [Fact]
    public void UpdateTrustPolicy_BrokenOne_LeavesTheOld()
    {
        Roles.Create("r", Trust);

        Refused(() => Roles.UpdateTrustPolicy("r", "{}"), "MalformedPolicyDocument");

        Assert.Equal(Trust, Roles.Get("r").TrustPolicy);
    }

    [Fact]
    public void Delete_RoleWithPolicies_OnlyOnceTheyAreGone()
    {
        Roles.Create("r", Trust);
        var arn = _iam.Service.Policies.Create("p", AllowAll()).Arn;
        Roles.Attach("r", arn);
        Roles.PutInlinePolicy("r", "inline", AllowAll());

        Refused(() => Roles.Delete("r"), "DeleteConflict");
        Roles.Detach("r", arn);
        Refused(() => Roles.Delete("r"), "DeleteConflict");
        Roles.DeleteInlinePolicy("r", "inline");
        Roles.Delete("r");

        Assert.Null(Roles.Find("r"));
    }

    [Fact]
    public void Attach_Twice_IsOnce()
    {
        Roles.Create("r", Trust);
        var arn = _iam.Service.Policies.Create("p", AllowAll()).Arn;

        Roles.Attach("r", arn);
        Roles.Attach("r", arn);

        Assert.Equal([arn], Roles.Get("r").AttachedPolicies);
        Roles.Detach("r", arn);
        Refused(() => Roles.Detach("r", arn), "NoSuchEntity");
    }

    [Fact]
    public void Attach_UnknownPolicy_IsRefused()
    {
        Roles.Create("r", Trust);

        Refused(() => Roles.Attach("r", "arn:aws:iam::123456789012:policy/none"), "NoSuchEntity");
    }

    [Fact]
    public void Attach_EleventhPolicy_IsRefused()
    {
        Roles.Create("r", Trust);
        var arns = Enumerable.Range(0, 11).Select(i => _iam.Service.Policies.Create($"p{i}", AllowAll()).Arn).ToList();
        foreach (var arn in arns[..10]) Roles.Attach("r", arn);

        Refused(() => Roles.Attach("r", arns[10]), "LimitExceeded");
    }

    [Fact]
    public void PutInlinePolicy_SameName_Replaces()
    {
        Roles.Create("r", Trust);
        Roles.PutInlinePolicy("r", "p", AllowAll("a:*"));
        Roles.PutInlinePolicy("r", "p", AllowAll("b:*"));

        Assert.Equal(AllowAll("b:*"), Roles.GetInlinePolicy("r", "p"));
        Refused(() => Roles.GetInlinePolicy("r", "q"), "NoSuchEntity");
        Refused(() => Roles.DeleteInlinePolicy("r", "q"), "NoSuchEntity");
        Refused(() => Roles.PutInlinePolicy("r", "p", Trust), "MalformedPolicyDocument");
        Refused(() => Roles.PutInlinePolicy("none", "p", AllowAll()), "NoSuchEntity");
    }

    [Fact]
    public void PutInlinePolicy_AllTogetherOverTheQuota_IsRefused()
    {
        Roles.Create("r", Trust);
        Roles.PutInlinePolicy("r", "a", PolicyOfSize(6000));

        Refused(() => Roles.PutInlinePolicy("r", "b", PolicyOfSize(6000)), "LimitExceeded");
        Roles.PutInlinePolicy("r", "a", PolicyOfSize(9000));
    }

    private static string PolicyOfSize(int size) =>
        PolicyDecisions.Statement($$"""{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{{new string('x', size)}}"}""");
}
