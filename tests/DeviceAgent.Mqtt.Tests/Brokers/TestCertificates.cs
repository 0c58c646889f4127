using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>A root, and what it signed; and one certificate that it did not sign.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly X509Certificate2 _server;

    // Read once: a certificate must not outlive its issuer, not by a second.
    private readonly DateTimeOffset _from = TimeProvider.System.GetUtcNow().AddHours(-1);

    public TestCertificates()
    {
        Root = SelfSigned("CN=Test root");
        _server = Signed("CN=127.0.0.1");
        Device = Signed("CN=boiler-07");
        Stranger = SelfSigned("CN=stranger");
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Device { get; }

    public X509Certificate2 Stranger { get; }

    public void WriteServer(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "ca.pem"), Root.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "server.pem"), _server.ExportCertificatePem());
        using var key = _server.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        foreach (var certificate in (X509Certificate2[])[Root, _server, Device, Stranger]) certificate.Dispose();
    }

    private X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(_from, _from.AddDays(1));
    }

    private X509Certificate2 Signed(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var serial = RandomNumberGenerator.GetBytes(8);
        using var certificate = request.Create(Root, _from, _from.AddDays(1), serial);
        return certificate.CopyWithPrivateKey(key);
    }

}
