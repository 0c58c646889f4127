using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class ThingGroupRegistryTests : IDisposable
{
    private static readonly Dictionary<string, string> None = [];

    private readonly IotWorld _world = new();

    private ThingGroupRegistry Groups => _world.Registry.ThingGroups;

    [Fact]
    public void Create_SameGroupAgain_ReturnsTheFirst()
    {
        var first = Groups.Create("site-a", null, "hall", new Dictionary<string, string> { ["floor"] = "1" });

        Assert.Equal(first.Id, Groups.Create("site-a", null, "hall", new Dictionary<string, string> { ["floor"] = "1" }).Id);
        Assert.Equal("arn:aws:iot:us-east-1:123456789012:thinggroup/site-a", first.Arn);
        Assert.Equal(first.Arn, Refused(409, "ResourceAlreadyExistsException", () => Groups.Create("site-a", null, "other", None)).ResourceArn);
    }

    [Fact]
    public void Create_ParentUnknown_IsNotFound() => Refused(404, "ResourceNotFoundException", () => Groups.Create("child", "parent", null, None));

    [Fact]
    public void Create_NestedTooDeep_IsRefused()
    {
        Groups.Create("g1", null, null, None);
        for (var i = 2; i <= 7; i++) Groups.Create($"g{i}", $"g{i - 1}", null, None);

        Refused(400, "InvalidRequestException", () => Groups.Create("g8", "g7", null, None));
        Assert.Equal(["g1", "g2"], Groups.Ancestors(Groups.Get("g3")).Select(g => g.Name));
    }

    [Fact]
    public void Update_Version_IsCheckedAndGrows()
    {
        Groups.Create("g", null, "d", new Dictionary<string, string> { ["a"] = "1" });

        Refused(409, "VersionConflictException", () => Groups.Update("g", "e", null, merge: false, expectedVersion: 2));
        var updated = Groups.Update("g", null, new Dictionary<string, string> { ["b"] = "2" }, merge: true, expectedVersion: 1);

        Assert.Equal(("d", 2L, 2), (updated.Description, updated.Version, updated.Attributes.Count));
    }

    [Fact]
    public void Delete_WithChildren_IsRefused()
    {
        Groups.Create("parent", null, null, None);
        Groups.Create("child", "parent", null, None);

        Refused(400, "InvalidRequestException", () => Groups.Delete("parent", null));
        Groups.Delete("child", null);
        Groups.Delete("parent", null);
        Groups.Delete("parent", null);
        Assert.Empty(Groups.All);
    }

    [Fact]
    public void ThingsIn_ParentGroup_HoldsThoseOfItsChildrenWhenAsked()
    {
        Groups.Create("parent", null, null, None);
        Groups.Create("child", "parent", null, None);
        foreach (var thing in new[] { "a", "b" }) _world.Registry.Things.Create(thing, null, None);
        Groups.Add("child", "b");
        Groups.Add("child", "b");
        Groups.Add("parent", "a");

        Assert.Equal(["a"], Groups.ThingsIn("parent", recursive: false));
        Assert.Equal(["a", "b"], Groups.ThingsIn("parent", recursive: true));
        Assert.Equal(["child"], Groups.GroupsOf("b").Select(g => g.Name));
        Groups.Remove("child", "b");
        Groups.Remove("child", "b");
        Assert.Empty(Groups.GroupsOf("b"));
    }

    [Fact]
    public void Add_UnknownThingOrGroup_IsNotFound()
    {
        Groups.Create("g", null, null, None);

        Refused(404, "ResourceNotFoundException", () => Groups.Add("g", "nobody"));
        _world.Registry.Things.Create("a", null, None);
        Refused(404, "ResourceNotFoundException", () => Groups.Add("none", "a"));
    }

    [Fact]
    public void Add_EleventhGroup_IsRefused()
    {
        _world.Registry.Things.Create("a", null, None);
        for (var i = 0; i <= 10; i++) Groups.Create($"g{i}", null, null, None);
        for (var i = 0; i < 10; i++) Groups.Add($"g{i}", "a");

        Refused(400, "InvalidRequestException", () => Groups.Add("g10", "a"));
    }

    [Fact]
    public void DeleteThing_InAGroup_LeavesTheGroup()
    {
        Groups.Create("g", null, null, None);
        _world.Registry.Things.Create("a", null, None);
        Groups.Add("g", "a");

        _world.Registry.Things.Delete("a", null);

        Assert.Empty(Groups.ThingsIn("g", recursive: true));
    }

    public void Dispose() => _world.Dispose();

    private static RegistryException Refused(int status, string type, Action action) => ThingRegistryTests.Refused(status, type, action);
}
