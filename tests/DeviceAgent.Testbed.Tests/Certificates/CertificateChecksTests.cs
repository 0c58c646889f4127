using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Tests.Registry;

namespace DeviceAgent.Testbed.Tests.Certificates;

public sealed class CertificateChecksTests : IDisposable
{
    private readonly TestCa _root = new();

    [Fact]
    public void IsIssuedBy_AuthorityOfTheSameNameWithAnotherKey_IsFalse()
    {
        using var impostor = new TestCa();
        using var device = _root.Issue("device");

        Assert.True(CertificateChecks.IsIssuedBy(device, _root.Certificate));
        Assert.False(CertificateChecks.IsIssuedBy(device, impostor.Certificate));
        Assert.False(CertificateChecks.IsIssuedBy(_root.Certificate, _root.Certificate));
    }

    [Fact]
    public void IsIssuedBy_ExpiredCertificate_IsTrue()
    {
        using var device = _root.Issue("device", notAfter: TestCa.Start.AddDays(1));

        Assert.True(CertificateChecks.IsIssuedBy(device, _root.Certificate));
    }

    [Fact]
    public void LeadsTo_OverAnIntermediate_NeedsTheIntermediate()
    {
        using var intermediate = new TestCa("line-ca", _root);
        using var device = intermediate.Issue("device");

        Assert.True(CertificateChecks.LeadsTo(device, [intermediate.Certificate], _root.Certificate));
        Assert.True(CertificateChecks.IsIssuedBy(device, intermediate.Certificate));
        Assert.False(CertificateChecks.LeadsTo(device, [], _root.Certificate));
        Assert.False(CertificateChecks.IsIssuedBy(device, _root.Certificate));
    }

    [Fact]
    public void IsValidAt_BothEnds_AreInside()
    {
        using var device = _root.Issue("device", TestCa.Start, TestCa.Start.AddDays(1));
        var (from, to) = (new DateTimeOffset(device.NotBefore.ToUniversalTime()), new DateTimeOffset(device.NotAfter.ToUniversalTime()));

        Assert.True(CertificateChecks.IsValidAt(device, from));
        Assert.True(CertificateChecks.IsValidAt(device, to));
        Assert.False(CertificateChecks.IsValidAt(device, from.AddSeconds(-1)));
        Assert.False(CertificateChecks.IsValidAt(device, to.AddSeconds(1)));
    }

    [Fact]
    public void HasAcceptableKey_WeakOrOddKeys_AreRefused()
    {
        using var weak = RSA.Create(1024);
        using var odd = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        using var good = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.False(CertificateChecks.HasAcceptableKey(new PublicKey(weak)));
        Assert.False(CertificateChecks.HasAcceptableKey(new PublicKey(odd)));
        Assert.True(CertificateChecks.HasAcceptableKey(new PublicKey(good)));
    }

    [Fact]
    public void CertificateIds_Of_IsTheHashOfTheDer()
    {
        var der = Convert.FromBase64String(string.Concat(_root.Pem.Split('\n').Where(line => !line.StartsWith('-'))));

        Assert.Equal(Convert.ToHexString(SHA256.HashData(der)).ToLowerInvariant(), CertificateIds.Of(_root.Certificate));
    }

    public void Dispose() => _root.Dispose();
}
