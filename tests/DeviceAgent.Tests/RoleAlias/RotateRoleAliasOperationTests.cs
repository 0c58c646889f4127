using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.RoleAlias;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.RoleAlias;

public class RotateRoleAliasOperationTests
{
    [Theory]
    [InlineData("{}", "is missing")]
    [InlineData("""{"rolealias":"b"}""", "is missing")]
    [InlineData("[]", "is missing")]
    [InlineData("""{"roleAlias":3}""", "is not a text")]
    [InlineData("""{"roleAlias":null}""", "is not a text")]
    [InlineData("""{"roleAlias":""}""", "cannot be the name")]
    [InlineData("""{"roleAlias":"a b"}""", "cannot be the name")]
    [InlineData("""{"roleAlias":"../x"}""", "cannot be the name")]
    public async Task Execute_BadArgument_IsRejectedWithoutARequest(string json, string problem)
    {
        var (outcome, cloud) = await ExecuteAsync(json);
        Assert.Equal((ChangeResult.Rejected, "invalidArgument"), (outcome.Result, outcome.Code));
        Assert.Contains(problem, outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(cloud.Fetches);
    }

    [Fact]
    public async Task Execute_AliasInForce_IsToldAsUnchanged() =>
        Assert.Equal("unchanged", (await ExecuteAsync($$"""{"operation":"rotate-role-alias","roleAlias":"{{RotationRig.Old}}"}""")).Outcome.Name);

    private static async Task<(ChangeOutcome Outcome, FakeCloud Cloud)> ExecuteAsync(string json)
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        await using var rig = new RotationRig(new FakeCloud(time), time, folder.Path);
        using var document = JsonDocument.Parse(json);
        var operation = new RotateRoleAliasOperation(rig.Rotation);
        Assert.Equal("rotate-role-alias", operation.Name);
        return (await operation.ExecuteAsync(document.RootElement, rig.Progress, CancellationToken.None), rig.Cloud);
    }
}
