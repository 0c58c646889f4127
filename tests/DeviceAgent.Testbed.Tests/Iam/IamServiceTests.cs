using DeviceAgent.Testbed.Iam;
using static DeviceAgent.Testbed.Tests.Iam.IamFixture;

namespace DeviceAgent.Testbed.Tests.Iam;

public sealed class IamServiceTests : IDisposable
{
    private const string Table = "arn:aws:dynamodb:us-east-1:123456789012:table/boiler-07";

    private readonly IamFixture _iam = new();

    private IamService Service => _iam.Service;

    public void Dispose() => _iam.Dispose();

    [Fact]
    public void FindRole_Existing_CarriesTrustAndDuration()
    {
        Service.Roles.Create("ddb-access", Trust, maxSessionDuration: 7200);

        var role = Service.FindRole("ddb-access")!;

        Assert.Equal(("arn:aws:iam::123456789012:role/ddb-access", 7200), (role.Arn, role.MaxSessionDuration));
        Assert.True(role.MayBeAssumedBy("credentials.iot.amazonaws.com", PolicyDecisions.Context()));
        Assert.False(role.MayBeAssumedBy("iot.amazonaws.com", PolicyDecisions.Context()));
        Assert.Null(Service.FindRole("none"));
    }

    [Fact]
    public void PoliciesOfRole_AttachedAndInline_DefaultVersionsOnly()
    {
        Service.Roles.Create("ddb-access", Trust);
        var arn = Service.Policies.Create("p", AllowAll("a:*")).Arn;
        Service.Policies.CreateVersion(arn, AllowAll("b:*"), setAsDefault: true);
        Service.Roles.Attach("ddb-access", arn);
        Service.Roles.PutInlinePolicy("ddb-access", "inline", AllowAll("c:*"));

        Assert.Equal([AllowAll("b:*"), AllowAll("c:*")], Service.PoliciesOfRole("ddb-access").Select(policy => policy.Text));
        Assert.Empty(Service.PoliciesOfRole("none"));
    }

    [Fact]
    public void Decide_Operator_MayDoEverything() => Assert.Equal(
        PolicyDecision.Allow,
        Service.Decide(new Caller("AKIA", "arn:aws:iam::123456789012:user/operator", "AIDA", null, new Dictionary<string, string>()), "x:Y", "*"));

    [Fact]
    public void Decide_SessionOfUnknownRole_IsDenied() => Assert.Equal(PolicyDecision.ImplicitDeny, Service.Decide(Session(), "dynamodb:PutItem", Table));

    [Fact]
    public void Decide_Session_FollowsItsRoleAndContext()
    {
        Service.Roles.Create("ddb-access", Trust);
        Service.Roles.PutInlinePolicy("ddb-access", "inline", OwnTable);

        Assert.Equal(PolicyDecision.Allow, Service.Decide(Session(), "dynamodb:PutItem", Table));
        Assert.Equal(PolicyDecision.ImplicitDeny, Service.Decide(Session(thing: "boiler-08"), "dynamodb:PutItem", Table));

        Service.Roles.DeleteInlinePolicy("ddb-access", "inline");
        Assert.Equal(PolicyDecision.ImplicitDeny, Service.Decide(Session(), "dynamodb:PutItem", Table));
    }

    [Theory]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"2026-03-01T12:00:01Z"}}""", true)]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"2026-03-01T12:00:00Z"}}""", false)]
    [InlineData("""{"NumericEquals":{"aws:EpochTime":"1772366400"}}""", true)]
    [InlineData("""{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/devices/ddb-access"}}""", true)]
    [InlineData("""{"StringEquals":{"aws:userid":"AROAEXAMPLE:cert"}}""", true)]
    [InlineData("""{"StringEquals":{"credentials-iot:ThingName":"boiler-07"}}""", true)]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}""", true)]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}""", false)]
    public void Decide_GlobalKeys_AreThere(string condition, bool allowed)
    {
        Service.Roles.Create("ddb-access", Trust, "/devices/");
        Service.Roles.PutInlinePolicy("ddb-access", "inline", PolicyDecisions.Statement(
            $$"""{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{condition}}}"""));

        var decision = Service.Decide(Session(), "a:B", "*", PolicyDecisions.Context(("aws:SourceIp", ["192.0.2.4"])));

        Assert.Equal(allowed ? PolicyDecision.Allow : PolicyDecision.ImplicitDeny, decision);
    }

    [Fact]
    public void AccessDenied_Message_SaysWhichKindOfDenial()
    {
        const string common = "User: arn:aws:sts::123456789012:assumed-role/ddb-access/cert is not authorized to perform: dynamodb:PutItem on resource: " + Table;

        Assert.Equal(
            common + " because no identity-based policy allows the dynamodb:PutItem action",
            AccessDenied.Message(Session(), "dynamodb:PutItem", Table, PolicyDecision.ImplicitDeny));
        Assert.Equal(
            common + " with an explicit deny in an identity-based policy",
            AccessDenied.Message(Session(), "dynamodb:PutItem", Table, PolicyDecision.ExplicitDeny));
    }
}
