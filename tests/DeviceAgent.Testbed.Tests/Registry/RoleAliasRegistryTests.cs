using DeviceAgent.Testbed.Registry;
using static DeviceAgent.Testbed.Tests.Registry.ThingRegistryTests;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class RoleAliasRegistryTests : IDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/ddb-access";

    private readonly IotWorld _world = new();

    private RoleAliasRegistry Aliases => _world.Registry.RoleAliases;

    [Fact]
    public void Create_WithoutDuration_IsOneHour() => Assert.Equal(3600, Aliases.Create("fleet=ddb,@-_1", Role, null).CredentialDurationSeconds);

    [Theory]
    [InlineData(900, true)]
    [InlineData(43200, true)]
    [InlineData(899, false)]
    [InlineData(43201, false)]
    public void Create_Duration_HasItsLimits(int seconds, bool allowed)
    {
        if (allowed) Assert.Equal(seconds, Aliases.Create("a", Role, seconds).CredentialDurationSeconds);
        else Refused(400, "InvalidRequestException", () => Aliases.Create("a", Role, seconds));
    }

    [Fact]
    public void Create_MinimumLowered_TakesSeconds()
    {
        using var world = new IotWorld(new RegistryOptions { MinimumCredentialDurationSeconds = 2 });

        Assert.Equal(2, world.Registry.RoleAliases.Create("a", Role, 2).CredentialDurationSeconds);
        Refused(400, "InvalidRequestException", () => world.Registry.RoleAliases.Create("b", Role, 1));
    }

    [Theory]
    [InlineData("with.dot", Role)]
    [InlineData("a/b", Role)]
    [InlineData("good", "ddb-access")]
    [InlineData("good", "arn:aws:iam::123456789012:user/ddb-access")]
    public void Create_NameOrArnOutsideThePattern_IsRefused(string name, string arn) =>
        Refused(400, "InvalidRequestException", () => Aliases.Create(name, arn, null));

    [Fact]
    public void Create_Twice_IsAConflictThatNamesIt()
    {
        var alias = Aliases.Create("a", Role, null);

        var refusal = Refused(409, "ResourceAlreadyExistsException", () => Aliases.Create("a", Role, null));
        Assert.Equal(("a", alias.Arn), (refusal.ResourceId, refusal.ResourceArn));
    }

    [Fact]
    public void Create_HundredAndFirst_IsRefused()
    {
        for (var i = 0; i < 100; i++) Aliases.Create($"a{i}", Role, null);

        Refused(410, "LimitExceededException", () => Aliases.Create("a100", Role, null));
    }

    [Fact]
    public void Update_OnePart_LeavesTheOther()
    {
        Aliases.Create("a", Role, 1800);
        Aliases.Update("a", Role + "2", null);
        Aliases.Update("a", null, 7200);

        Assert.Equal((Role + "2", 7200), (Aliases.Get("a").RoleArn, Aliases.Get("a").CredentialDurationSeconds));
        Refused(400, "InvalidRequestException", () => Aliases.Update("a", null, 1));
        Refused(404, "ResourceNotFoundException", () => Aliases.Update("b", Role, null));
    }

    [Fact]
    public void Delete_Alias_IsGone()
    {
        Aliases.Create("a", Role, null);
        Aliases.Delete("a");

        Assert.Null(_world.Registry.FindRoleAlias("a"));
        Refused(404, "ResourceNotFoundException", () => Aliases.Delete("a"));
    }

    public void Dispose() => _world.Dispose();
}
