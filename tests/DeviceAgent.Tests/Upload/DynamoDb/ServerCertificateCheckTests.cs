using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.TestSupport;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload.DynamoDb;

public sealed class ServerCertificateCheckTests : IDisposable
{
    private static readonly DateTimeOffset From = new(2035, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = From.AddYears(1);

    private readonly X509Certificate2 _root = Root();
    private readonly X509Certificate2 _leaf;
    private readonly X509Chain _chain = new();

    public ServerCertificateCheckTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=dynamodb", key, HashAlgorithmName.SHA256);
        _leaf = request.Create(_root, From, To, [1, 2, 3]);
        _chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        _chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        _chain.ChainPolicy.CustomTrustStore.Add(_root);
    }

    public void Dispose()
    {
        _chain.Dispose();
        _leaf.Dispose();
        _root.Dispose();
    }

    /// <summary>The certificate is of the year 2035: by this machine's clock it is not valid, by the agent's it may be.</summary>
    [Theory]
    [InlineData(100, true)]
    [InlineData(-1, false)]
    [InlineData(400, false)]
    public void IsGood_Time_IsTheAgents(int days, bool good)
    {
        _chain.Build(_leaf);
        Assert.Equal(good, IsGood(From.AddDays(days), SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Theory]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch)]
    [InlineData(SslPolicyErrors.RemoteCertificateNotAvailable)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors)]
    public void IsGood_AnotherFaultThanTheChains_IsNot(SslPolicyErrors errors)
    {
        _chain.Build(_leaf);
        Assert.False(IsGood(From.AddDays(100), errors));
    }

    [Fact]
    public void IsGood_RootNotTrusted_IsNot()
    {
        using var other = Root();
        _chain.ChainPolicy.CustomTrustStore.Clear();
        _chain.ChainPolicy.CustomTrustStore.Add(other);
        _chain.Build(_leaf);
        Assert.False(IsGood(From.AddDays(100), SslPolicyErrors.RemoteCertificateChainErrors));
    }

    private bool IsGood(DateTimeOffset now, SslPolicyErrors errors) =>
        new ServerCertificateCheck(new ManualTimeProvider(now)).IsGood(this, _leaf, _chain, errors);

    private static X509Certificate2 Root()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(From.AddYears(-20), To.AddYears(1));
    }
}
