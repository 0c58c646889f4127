namespace DeviceAgent.Testbed.Tests.Iam;

public sealed class StsApiTests : IAsyncLifetime
{
    private IamHost _host = null!;

    public async Task InitializeAsync() => _host = await IamHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task GetCallerIdentity_Operator_IsTheUser()
    {
        var answer = await _host.StsAsync(_host.OperatorKey, "GetCallerIdentity");

        Assert.Equal(200, answer.Status);
        Assert.Equal("{https://sts.amazonaws.com/doc/2011-06-15/}GetCallerIdentityResponse", answer.Root.Name.ToString());
        Assert.Equal("arn:aws:iam::123456789012:user/operator", answer["GetCallerIdentityResult/Arn"]);
        Assert.Equal("123456789012", answer["GetCallerIdentityResult/Account"]);
        Assert.Equal(_host.Iam.Users.Get("operator").UserId, answer["GetCallerIdentityResult/UserId"]);
        Assert.Equal(answer.RequestIdHeader, answer["ResponseMetadata/RequestId"]);
    }

    [Fact]
    public async Task GetCallerIdentity_RoleSession_IsTheAssumedRoleWithoutAnyPolicy()
    {
        var answer = await _host.StsAsync(_host.SessionKey(), "GetCallerIdentity");

        Assert.Equal("arn:aws:sts::123456789012:assumed-role/ddb-access/cert", answer["GetCallerIdentityResult/Arn"]);
        Assert.Equal("AROAEXAMPLE:cert", answer["GetCallerIdentityResult/UserId"]);
    }

    [Fact]
    public async Task Handle_OtherAction_IsRefused()
    {
        var answer = await _host.StsAsync(_host.OperatorKey, "AssumeRole");

        Assert.Equal((400, "InvalidAction"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Handle_SignedForIam_IsRefused()
    {
        var answer = await _host.SendAsync(_host.OperatorKey, HttpMethod.Post, "iam", "/sts", [("Action", "GetCallerIdentity"), ("Version", "2011-06-15")]);

        Assert.Equal((403, "SignatureDoesNotMatch"), (answer.Status, answer.ErrorCode));
    }
}
