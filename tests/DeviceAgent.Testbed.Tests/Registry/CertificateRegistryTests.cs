using DeviceAgent.Testbed.Registry;
using static DeviceAgent.Testbed.Tests.Registry.ThingRegistryTests;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class CertificateRegistryTests : IDisposable
{
    private readonly IotWorld _world = new();
    private readonly TestCa _ca = new();

    private CertificateRegistry Certificates => _world.Registry.Certificates;

    private CaRegistry Authorities => _world.Registry.CaCertificates;

    [Fact]
    public void RegisterCa_WithTheRegistrationCode_IsTaken()
    {
        var record = RegisterCa();

        Assert.Equal("ACTIVE", record.Status);
        Assert.Equal(record, Authorities.Get(record.Id));
        Refused(409, "ResourceAlreadyExistsException", () => RegisterCa());
    }

    [Fact]
    public void RegisterCa_OtherCommonName_IsRefused() =>
        Refused(400, "RegistrationCodeValidationException", () => Authorities.Register(_ca.Pem, _ca.IssuePem("not the code"), "DEFAULT", true, false, null));

    [Fact]
    public void RegisterCa_CodeSignedByAnotherCa_IsRefused()
    {
        using var impostor = new TestCa();

        Refused(400, "CertificateValidationException", () => Authorities.Register(_ca.Pem, impostor.IssuePem(Authorities.RegistrationCode), "DEFAULT", true, false, null));
        Assert.Empty(Authorities.All);
    }

    [Fact]
    public void RegisterCa_DeviceCertificate_IsRefused() =>
        Refused(400, "CertificateValidationException", () => Authorities.Register(_ca.IssuePem("device"), null, "SNI_ONLY", true, false, null));

    [Fact]
    public void RegisterCa_SniOnly_NeedsNoVerification()
    {
        Assert.Equal("SNI_ONLY", Authorities.Register(_ca.Pem, null, "SNI_ONLY", true, false, null).Mode);
        using var other = new TestCa();
        Refused(400, "InvalidRequestException", () => Authorities.Register(other.Pem, null, "DEFAULT", true, false, null));
    }

    [Fact]
    public void RegistrationCode_AfterItWasDeleted_IsNew()
    {
        var first = Authorities.RegistrationCode;
        Assert.Equal(first, Authorities.RegistrationCode);
        Assert.Matches("^[0-9a-f]{64}$", first);

        Authorities.DeleteRegistrationCode();
        Assert.NotEqual(first, Authorities.RegistrationCode);
    }

    [Fact]
    public void DeleteCa_WhileActive_IsRefused()
    {
        var record = RegisterCa();

        Refused(406, "CertificateStateException", () => Authorities.Delete(record.Id));
        Authorities.Update(record.Id, "INACTIVE", null, null, false);
        Authorities.Delete(record.Id);
        Assert.Empty(Authorities.All);
    }

    [Fact]
    public void Register_SignedByARegisteredCa_IsTakenWithItsIssuer()
    {
        var ca = RegisterCa();

        var record = Certificates.Register(_ca.IssuePem("device"), _ca.Pem, "ACTIVE");
        var found = Certificates.Register(_ca.IssuePem("device-2"), null, "INACTIVE");

        Assert.Equal((ca.Id, "ACTIVE", "DEFAULT"), (record.CaCertificateId, record.Status, record.Mode));
        Assert.Equal((ca.Id, "INACTIVE"), (found.CaCertificateId, found.Status));
    }

    [Fact]
    public void Register_CaNotRegistered_IsRefused()
    {
        Refused(400, "CertificateValidationException", () => Certificates.Register(_ca.IssuePem("device"), _ca.Pem, "ACTIVE"));
        Refused(400, "CertificateValidationException", () => Certificates.Register(_ca.IssuePem("device"), null, "ACTIVE"));
    }

    [Fact]
    public void Register_NotSignedByTheCaThatIsGiven_IsRefused()
    {
        RegisterCa();
        using var impostor = new TestCa();

        Refused(400, "CertificateValidationException", () => Certificates.Register(impostor.IssuePem("device"), _ca.Pem, "ACTIVE"));
        Assert.Empty(Certificates.All);
    }

    [Fact]
    public void Register_CaInactive_IsRefused()
    {
        Authorities.Update(RegisterCa().Id, "INACTIVE", null, null, false);

        Refused(406, "CertificateStateException", () => Certificates.Register(_ca.IssuePem("device"), null, "ACTIVE"));
    }

    [Theory]
    [InlineData("PENDING_ACTIVATION")]
    [InlineData("active")]
    public void Register_StatusThatCannotBeGiven_IsRefused(string status) =>
        Refused(400, "InvalidRequestException", () => Certificates.RegisterWithoutCa(_ca.IssuePem("device"), status));

    [Fact]
    public void RegisterWithoutCa_Twice_IsAConflict()
    {
        var pem = _ca.IssuePem("device");
        var record = Certificates.RegisterWithoutCa(pem, "ACTIVE");

        Assert.Equal("SNI_ONLY", record.Mode);
        Assert.Null(record.CaCertificateId);
        var refusal = Refused(409, "ResourceAlreadyExistsException", () => Certificates.RegisterWithoutCa(pem, "ACTIVE"));
        Assert.Equal(record.Arn, refusal.ResourceArn);
    }

    [Fact]
    public void Register_ExpiredOrNoCertificate_IsRefused()
    {
        Refused(400, "CertificateValidationException", () => Certificates.RegisterWithoutCa(_ca.IssuePem("device", TestCa.Start.AddDays(1)), "ACTIVE"));
        Refused(400, "CertificateValidationException", () => Certificates.RegisterWithoutCa("no pem", "ACTIVE"));
        Refused(400, "InvalidRequestException", () => Certificates.RegisterWithoutCa("", "ACTIVE"));
    }

    [Fact]
    public void CreateFromRequest_NotARequest_IsRefused()
    {
        Refused(400, "InvalidRequestException", () => Certificates.CreateFromRequest("no pem", active: true));
        Refused(400, "InvalidRequestException", () => Certificates.CreateFromRequest(new string('x', 4097), active: true));
    }

    [Fact]
    public void Update_ToRevokedAndBack_CountsVersions()
    {
        var record = _world.NewCertificate();
        _world.Time.Advance(TimeSpan.FromMinutes(1));

        Certificates.Update(record.Id.ToUpperInvariant(), "REVOKED");

        var changed = Certificates.Get(record.Id);
        Assert.Equal(("REVOKED", 2), (changed.Status, changed.CustomerVersion));
        Assert.Equal(TimeSpan.FromMinutes(1), changed.Modified - changed.Created);
    }

    [Fact]
    public void Delete_Rules_AreInactiveThenThingsThenPolicies()
    {
        var record = _world.NewCertificate();
        _world.Registry.Things.Create("t", null, new Dictionary<string, string>());
        _world.Registry.Principals.Attach("t", record.Id, exclusive: false);
        _world.Registry.Policies.Create("p", IotWorld.AllowAll);
        _world.Registry.PolicyTargets.Attach("p", record.Id);

        Refused(406, "CertificateStateException", () => Certificates.Delete(record.Id, force: true));
        Certificates.Update(record.Id, "INACTIVE");
        Refused(409, "DeleteConflictException", () => Certificates.Delete(record.Id, force: true));
        _world.Registry.Principals.Detach("t", record.Id);
        Refused(409, "DeleteConflictException", () => Certificates.Delete(record.Id, force: false));
        Certificates.Delete(record.Id, force: true);

        Assert.Null(_world.Registry.FindCertificate(record.Id));
        Assert.Empty(_world.Registry.PolicyTargets.TargetsOf("p"));
    }

    [Fact]
    public void Get_IdOfTheWrongForm_IsRefused()
    {
        Refused(400, "InvalidRequestException", () => Certificates.Get("abc"));
        Refused(400, "InvalidRequestException", () => Certificates.Get(new string('g', 64)));
        Refused(404, "ResourceNotFoundException", () => Certificates.Get(new string('a', 64)));
    }

    public void Dispose()
    {
        _ca.Dispose();
        _world.Dispose();
    }

    private CaCertificateRecord RegisterCa() => Authorities.Register(_ca.Pem, _ca.IssuePem(Authorities.RegistrationCode), "DEFAULT", active: true, autoRegistration: false, null);
}
