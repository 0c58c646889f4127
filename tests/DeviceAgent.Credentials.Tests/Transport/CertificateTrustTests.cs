using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests.Transport;

public sealed class CertificateTrustTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void PolicyFor_NoRoots_TrustsTheSystemsAndFetchesNothing()
    {
        var policy = CertificateTrust.PolicyFor(null, _time);
        Assert.Equal(X509ChainTrustMode.System, policy.TrustMode);
        Assert.Equal(X509RevocationMode.NoCheck, policy.RevocationMode);
        Assert.True(policy.DisableCertificateDownloads);
    }

    [Fact]
    public void PolicyFor_Roots_JudgesByTheClockGiven()
    {
        var roots = new X509Certificate2Collection(Pki.Root);
        Assert.True(Builds(roots));
        _time.StepWallClock(TimeSpan.FromDays(-36500));
        Assert.False(Builds(roots));
    }

    [Fact]
    public void PolicyFor_OtherRoots_TrustsNoSystemRoot() => Assert.False(Builds([]));

    [Fact]
    public void LoadRoots_NoPath_IsTheSystems() => Assert.Null(CertificateTrust.LoadRoots(null));

    [Fact]
    public void LoadRoots_NoSuchFile_Throws() => Assert.Throws<DeviceIdentityException>(() => CertificateTrust.LoadRoots(_folder.PathOf("missing.pem")));

    [Fact]
    public void LoadRoots_TwoInOneFile_GivesBoth()
    {
        var pem = Pki.Root.ExportCertificatePem() + "\n" + Pki.Root.ExportCertificatePem();
        Assert.Equal(2, CertificateTrust.LoadRoots(_folder.Write("roots.pem", pem))!.Count);
    }

    public void Dispose() => _folder.Dispose();

    private bool Builds(X509Certificate2Collection roots)
    {
        using var chain = new X509Chain { ChainPolicy = CertificateTrust.PolicyFor(roots, _time) };
        return chain.Build(Pki.Root);
    }
}
