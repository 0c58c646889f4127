using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class ThingRegistryTests : IDisposable
{
    private static readonly Dictionary<string, string> None = [];

    private readonly IotWorld _world = new();

    private ThingRegistry Things => _world.Registry.Things;

    [Fact]
    public void Create_SameThingAgain_ReturnsTheFirst()
    {
        var first = Things.Create("boiler-07", null, new Dictionary<string, string> { ["site"] = "a" });
        var second = Things.Create("boiler-07", null, new Dictionary<string, string> { ["site"] = "a" });

        Assert.Equal(first.Id, second.Id);
        Assert.Equal("arn:aws:iot:us-east-1:123456789012:thing/boiler-07", first.Arn);
        Assert.Equal(1, second.Version);
    }

    [Fact]
    public void Create_OtherAttributes_IsAConflictThatNamesTheThing()
    {
        var first = Things.Create("boiler-07", null, None);

        var refusal = Refused(409, "ResourceAlreadyExistsException", () => Things.Create("boiler-07", null, new Dictionary<string, string> { ["site"] = "a" }));
        Assert.Equal(first.Id, refusal.ResourceId);
        Assert.Equal(first.Arn, refusal.ResourceArn);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("dotted.name")]
    [InlineData("newline\n")]
    [InlineData("schön")]
    public void Create_NameOutsideThePattern_IsRefused(string name) =>
        Refused(400, "InvalidRequestException", () => Things.Create(name, null, None));

    [Fact]
    public void Create_NameLength_EndsAt128()
    {
        Things.Create(new string('a', 128), null, None);

        Refused(400, "InvalidRequestException", () => Things.Create(new string('a', 129), null, None));
    }

    [Fact]
    public void Create_TypeUnknownOrDeprecated_IsRefused()
    {
        Refused(404, "ResourceNotFoundException", () => Things.Create("t", "boiler", None));
        _world.Registry.ThingTypes.Create("boiler", null, []);
        _world.Registry.ThingTypes.Deprecate("boiler", undo: false);

        Refused(400, "InvalidRequestException", () => Things.Create("t", "boiler", None));
        Assert.Empty(Things.All);
    }

    [Fact]
    public void Create_FourAttributes_NeedAType()
    {
        var four = Enumerable.Range(0, 4).ToDictionary(i => $"a{i}", i => "x");
        _world.Registry.ThingTypes.Create("boiler", null, []);

        Refused(400, "InvalidRequestException", () => Things.Create("t", null, four));
        Assert.Equal(4, Things.Create("t", "boiler", four).Attributes.Count);
    }

    [Fact]
    public void Update_WithoutMerge_ReplacesAttributes()
    {
        Things.Create("t", null, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });

        Things.Update("t", null, removeType: false, new Dictionary<string, string> { ["c"] = "3" }, merge: false, expectedVersion: null);

        Assert.Equal(["c"], Things.Get("t").Attributes.Keys);
        Assert.Equal(2, Things.Get("t").Version);
    }

    [Fact]
    public void Update_WithMerge_AddsAndEmptyRemoves()
    {
        Things.Create("t", null, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });

        Things.Update("t", null, removeType: false, new Dictionary<string, string> { ["c"] = "3", ["a"] = "" }, merge: true, expectedVersion: 1);

        Assert.Equal(["b", "c"], Things.Get("t").Attributes.Keys.Order());
    }

    [Fact]
    public void UpdateAndDelete_OtherVersionExpected_ChangeNothing()
    {
        Things.Create("t", null, None);

        Refused(409, "VersionConflictException", () => Things.Update("t", null, false, new Dictionary<string, string> { ["a"] = "1" }, false, expectedVersion: 2));
        Refused(409, "VersionConflictException", () => Things.Delete("t", expectedVersion: 2));
        Assert.Empty(Things.Get("t").Attributes);
    }

    [Fact]
    public void Delete_WhileACertificateIsAttached_IsRefused()
    {
        Things.Create("t", null, None);
        var certificate = _world.NewCertificate();
        _world.Registry.Principals.Attach("t", certificate.Id, exclusive: false);

        Refused(400, "InvalidRequestException", () => Things.Delete("t", null));
        _world.Registry.Principals.Detach("t", certificate.Id);
        Things.Delete("t", null);
        Refused(404, "ResourceNotFoundException", () => Things.Get("t"));
    }

    [Fact]
    public void DeleteType_Rules_AreDeprecationFiveMinutesAndNoThings()
    {
        var types = _world.Registry.ThingTypes;
        types.Create("boiler", "d", ["site"]);
        Things.Create("t", "boiler", None);

        Refused(400, "InvalidRequestException", () => types.Delete("boiler"));
        types.Deprecate("boiler", undo: false);
        _world.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Refused(400, "InvalidRequestException", () => types.Delete("boiler"));
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        Refused(400, "InvalidRequestException", () => types.Delete("boiler"));
        Things.Update("t", null, removeType: true, null, false, null);
        types.Delete("boiler");
        Assert.Empty(types.All);
    }

    [Fact]
    public void CreateType_SameNameOtherProperties_IsAConflict()
    {
        var types = _world.Registry.ThingTypes;
        var first = types.Create("boiler", "d", ["site"]);

        Assert.Equal(first.Id, types.Create("boiler", "d", ["site"]).Id);
        Refused(409, "ResourceAlreadyExistsException", () => types.Create("boiler", "d", ["line"]));
        Refused(400, "InvalidRequestException", () => types.Create("other", null, ["a", "b", "c", "d"]));
    }

    public void Dispose() => _world.Dispose();

    internal static RegistryException Refused(int status, string type, Action action)
    {
        var refusal = Assert.Throws<RegistryException>(action);
        Assert.Equal((status, type), (refusal.StatusCode, refusal.Type));
        return refusal;
    }
}
