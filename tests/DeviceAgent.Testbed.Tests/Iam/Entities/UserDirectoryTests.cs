using DeviceAgent.Testbed.Iam.Entities;
using DeviceAgent.Testbed.Signing;
using static DeviceAgent.Testbed.Tests.Iam.IamFixture;

namespace DeviceAgent.Testbed.Tests.Iam.Entities;

public sealed class UserDirectoryTests : IDisposable
{
    private readonly IamFixture _iam = new();

    private UserDirectory Users => _iam.Service.Users;

    public void Dispose() => _iam.Dispose();

    [Fact]
    public void Operator_FromTheStart_IsTheOneWhoSigns()
    {
        var signer = new OperatorKey("AKIA", "secret").Caller;

        Assert.Equal((signer.Arn, signer.UserId), (Users.Get("operator").Arn, Users.Get("operator").UserId));
    }

    [Fact]
    public void Operator_AfterARestart_KeepsItsPolicies()
    {
        var arn = _iam.Service.Policies.Create("p", AllowAll()).Arn;
        Users.Attach("operator", arn);

        var restarted = new DeviceAgent.Testbed.Iam.IamService(_iam.Store, _iam.Time);

        Assert.Equal([arn], restarted.Users.Get("operator").AttachedPolicies);
    }

    [Fact]
    public void Delete_Operator_IsRefused() => Refused(() => Users.Delete("operator"), "DeleteConflict");

    [Fact]
    public void Create_AndDelete_LeavesNothing()
    {
        var user = Users.Create("ann", "/team/", [new Tag("k", "v")]);
        Assert.Equal("arn:aws:iam::123456789012:user/team/ann", user.Arn);
        Refused(() => Users.Create("Ann"), "EntityAlreadyExists");

        var arn = _iam.Service.Policies.Create("p", AllowAll()).Arn;
        Users.Attach("ann", arn);
        Refused(() => Users.Delete("ann"), "DeleteConflict");
        Users.Detach("ann", arn);
        Users.Delete("ann");

        Refused(() => Users.Get("ann"), "NoSuchEntity");
        Refused(() => Users.Attach("ann", arn), "NoSuchEntity");
    }
}
