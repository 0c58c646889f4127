using DeviceAgent.Testbed.Registry;
using static DeviceAgent.Testbed.Tests.Registry.ThingRegistryTests;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class AttachmentTests : IDisposable
{
    private readonly IotWorld _world = new();
    private readonly string _certificate;

    public AttachmentTests()
    {
        _certificate = _world.NewCertificate().Id;
        foreach (var name in (string[])["a", "b"]) _world.Registry.Things.Create(name, null, new Dictionary<string, string>());
    }

    private PrincipalRegistry Principals => _world.Registry.Principals;

    private PolicyTargetRegistry Targets => _world.Registry.PolicyTargets;

    [Fact]
    public void Attach_SeveralThings_AreAllFound()
    {
        Principals.Attach("a", _certificate, exclusive: false);
        Principals.Attach("b", _certificate, exclusive: false);
        Principals.Attach("b", _certificate, exclusive: false);

        Assert.Equal(["a", "b"], _world.Registry.ThingsOf(_certificate).Select(t => t.Name));
        Assert.True(_world.Registry.IsAttached("a", _certificate));
        Principals.Detach("a", _certificate);
        Assert.False(_world.Registry.IsAttached("a", _certificate));
    }

    [Fact]
    public void Attach_Exclusively_KeepsOtherThingsOut()
    {
        Principals.Attach("a", _certificate, exclusive: true);

        Refused(400, "InvalidRequestException", () => Principals.Attach("b", _certificate, exclusive: false));
        Assert.Equal("EXCLUSIVE_THING", Principals.OfCertificate(_certificate).Single().PrincipalType);
    }

    [Fact]
    public void Attach_ExclusivelyWhileElsewhere_IsRefused()
    {
        Principals.Attach("a", _certificate, exclusive: false);

        Refused(400, "InvalidRequestException", () => Principals.Attach("b", _certificate, exclusive: true));
        Principals.Attach("a", _certificate, exclusive: true);
    }

    [Fact]
    public void Attach_UnknownThingOrCertificate_IsNotFound()
    {
        Refused(404, "ResourceNotFoundException", () => Principals.Attach("c", _certificate, false));
        Refused(404, "ResourceNotFoundException", () => Principals.Attach("a", new string('0', 64), false));
        Refused(404, "ResourceNotFoundException", () => Principals.OfThing("c"));
        Refused(404, "ResourceNotFoundException", () => Principals.OfCertificate(new string('0', 64)));
    }

    [Fact]
    public void AttachPolicy_EleventhOnACertificate_IsRefused()
    {
        for (var i = 0; i < 11; i++) _world.Registry.Policies.Create($"p{i}", IotWorld.AllowAll);
        for (var i = 0; i < 10; i++) Targets.Attach($"p{i}", _certificate);

        Targets.Attach("p9", _certificate);
        Refused(410, "LimitExceededException", () => Targets.Attach("p10", _certificate));
        Assert.Equal(10, _world.Registry.PoliciesOf(_certificate).Count);
    }

    [Fact]
    public void PoliciesOf_AfterDetach_AreFewer()
    {
        _world.Registry.Policies.Create("p", IotWorld.AllowAll);
        Targets.Attach("p", _certificate);
        Assert.Equal([_certificate], Targets.TargetsOf("p"));

        Targets.Detach("p", _certificate);

        Assert.Empty(Targets.PoliciesOf(_certificate));
        Assert.Empty(_world.Registry.PoliciesOf(_certificate));
    }

    public void Dispose() => _world.Dispose();
}
