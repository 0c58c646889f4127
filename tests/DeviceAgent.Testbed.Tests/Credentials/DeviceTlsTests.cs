using System.Security.Authentication;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Tests.Registry;
using static DeviceAgent.Testbed.Tests.Credentials.CredentialsWorld;

namespace DeviceAgent.Testbed.Tests.Credentials;

public sealed class DeviceTlsTests : IAsyncLifetime, IDisposable
{
    private const string Invalid = "Certificate is invalid on this endpoint";

    private readonly TestCa _ca = new();
    private CredentialsWorld _world = null!;

    public async Task InitializeAsync() => _world = await StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    public void Dispose() => _ca.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Handshake_WithTheDevicesCertificate_Works(SslProtocols protocols) =>
        Assert.Equal(200, (await _world.AskAsync(_world.Device, protocols: protocols)).Status);

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public Task Handshake_WithoutCertificate_Fails(SslProtocols protocols) => RefusedByTlsAsync(() => _world.AskAsync(null, protocols: protocols));

    [Fact]
    public async Task Handshake_ForeignCertificate_Fails()
    {
        using var foreign = _ca.Issue("foreign");

        await RefusedByTlsAsync(() => _world.AskAsync(foreign));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("other.example")]
    public Task Handshake_NoOrAnotherServerName_Fails(string serverName) => RefusedByTlsAsync(() => _world.AskAsync(_world.Device, serverName: serverName));

    [Fact]
    public async Task Handshake_ServerNameInCapitals_Works() => Assert.Equal(200, (await _world.AskAsync(_world.Device, serverName: "LOCALHOST")).Status);

    [Fact]
    public async Task Handshake_CertificateExpiredByTheCloudsClock_Fails()
    {
        using var device = _ca.Issue("device", notAfter: _world.Iot.Time.GetUtcNow().AddHours(1));
        _world.Iot.Registry.Certificates.RegisterWithoutCa(device.ExportCertificatePem(), "ACTIVE");
        Assert.Equal("Invalid thing name passed", (await _world.AskAsync(device)).Message);

        _world.Iot.Time.StepWallClock(TimeSpan.FromHours(2));

        await RefusedByTlsAsync(() => _world.AskAsync(device));
    }

    [Fact]
    public async Task Handshake_UnregisteredOfARegisteredCa_IsForbiddenOrRefusedByTls()
    {
        using var device = _ca.Issue("device");
        _world.Iot.Registry.CaCertificates.Register(_ca.Pem, null, "SNI_ONLY", active: true, autoRegistration: false, null);

        await IsForbiddenOrRefusedAsync(() => _world.AskAsync(device));
    }

    [Fact]
    public async Task Handshake_OverAnIntermediateThatIsSent_IsForbidden()
    {
        using var intermediate = new TestCa("line-ca", _ca);
        using var device = intermediate.Issue("device");
        _world.Iot.Registry.CaCertificates.Register(_ca.Pem, null, "SNI_ONLY", active: true, autoRegistration: false, null);

        Assert.Equal(Invalid, (await _world.AskAsync(device, intermediates: [intermediate.Certificate])).Message);
        await RefusedByTlsAsync(() => _world.AskAsync(device));
    }

    [Theory]
    [InlineData("INACTIVE")]
    [InlineData("REVOKED")]
    public async Task Handshake_CertificateNotActive_IsForbiddenOrRefusedByTls(string status)
    {
        _world.Iot.Registry.Certificates.Update(_world.Provisioned.CertificateId, status);

        await IsForbiddenOrRefusedAsync(() => _world.AskAsync());
        _world.Iot.Registry.Certificates.Update(_world.Provisioned.CertificateId, "ACTIVE");
        Assert.Equal(200, (await _world.AskAsync()).Status);
    }

    [Fact]
    public async Task Handshake_DeletedCertificateOfTheTestbedsCa_IsForbiddenOrRefusedByTls()
    {
        var registry = _world.Iot.Registry;
        registry.Principals.Detach(ThingName, _world.Provisioned.CertificateId);
        registry.Certificates.Update(_world.Provisioned.CertificateId, "INACTIVE");
        registry.Certificates.Delete(_world.Provisioned.CertificateId, force: true);

        await IsForbiddenOrRefusedAsync(() => _world.AskAsync());
    }

    /// <summary>Which of the two AWS does is not known: the switch plays both.</summary>
    private async Task IsForbiddenOrRefusedAsync(Func<Task<Answer>> ask)
    {
        var answer = await ask();
        Assert.Equal((403, "AccessDeniedException", Invalid), (answer.Status, answer.ErrorType, answer.Message));

        _world.Faults.Update(settings => settings with { UnregisteredCertificate = UnregisteredCertificate.Tls });
        await RefusedByTlsAsync(ask);
    }
}
