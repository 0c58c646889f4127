using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Tests.Fixtures;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests.Identity;

public sealed class DeviceIdentitySourceTests : IDisposable
{
    private const int Replaced = 1030;
    private const int Unusable = 1031;

    private static readonly X509Certificate2 Old = Pki.DeviceCertificate(Pki.Root, ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private static readonly X509Certificate2 New = Pki.DeviceCertificate(Pki.Root, RSA.Create(2048));

    private readonly TestFolder _folder = new();
    private readonly ManualTimeProvider _time = new(Pki.Now);
    private readonly TestLog _log = new();
    private readonly DeviceIdentitySource _source;
    private int _changes;

    public DeviceIdentitySourceTests()
    {
        WriteCertificate(Old);
        WriteKey(Old);
        _source = DeviceIdentitySource.Load(Options, _time, _log);
        _source.Changed += (_, _) => _changes++;
    }

    private DeviceIdentityOptions Options => new()
    {
        CertificatePath = _folder.PathOf("device.pem"),
        PrivateKeyPath = _folder.PathOf("device.key"),
    };

    [Fact]
    public void Poll_NothingChanged_KeepsTheIdentity()
    {
        var before = _source.Current;

        Poll(3);

        Assert.Same(before, _source.Current);
        Assert.NotEqual(IntPtr.Zero, before.Certificate.Handle);
        Assert.Equal(0, _changes);
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Poll_BothReplaced_TakesThemOver()
    {
        var before = _source.Current;
        WriteCertificate(New);
        WriteKey(New);

        Poll();

        AssertInForce(New);
        Assert.Equal(1, _changes);
        Assert.Equal(IntPtr.Zero, before.Certificate.Handle);
        Assert.Contains(before.CertificateId, Assert.Single(_log.Entries, e => e.Id == Replaced).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Poll_BetweenKeyAndCertificate_WaitsInSilence(bool certificateFirst)
    {
        if (certificateFirst) WriteCertificate(New);
        else WriteKey(New);
        Poll();
        AssertInForce(Old);
        if (certificateFirst) WriteKey(New);
        else WriteCertificate(New);

        Poll();

        AssertInForce(New);
        Assert.Equal(0, _log.Count(Unusable));
    }

    [Fact]
    public void Poll_PairStaysWrong_SaysSoOnceAndKeepsTheOldOne()
    {
        WriteCertificate(New);

        Poll(5);

        AssertInForce(Old);
        Assert.Contains("does not match", Assert.Single(_log.Entries, e => e.Id == Unusable).Text);
        WriteKey(New);
        Poll();
        AssertInForce(New);
    }

    [Fact]
    public void Poll_FileHalfWrittenOrGone_KeepsTheOldOne()
    {
        var pem = New.ExportCertificatePem();
        _folder.Write("device.pem", pem[..(pem.Length / 2)]);
        Poll();
        File.Delete(Options.CertificatePath);
        Poll();
        AssertInForce(Old);
        _folder.Write("device.pem", pem);
        WriteKey(New);

        Poll();

        AssertInForce(New);
        Assert.Equal(0, _log.Count(Unusable));
    }

    [Fact]
    public void Poll_NewKeyOpenToOthers_IsRefusedUntilItIsNot()
    {
        WriteCertificate(New);
        _folder.Write("device.key", KeyOf(New), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Poll(2);
        Assert.Contains("chmod 600", Assert.Single(_log.Entries, e => e.Id == Unusable).Text);
        AssertInForce(Old);

        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Options.PrivateKeyPath!, UnixFileMode.UserRead);
        Poll();

        AssertInForce(New);
    }

    [Fact]
    public void Poll_BackToWhatIsInForce_SaysNothing()
    {
        Poll();
        WriteCertificate(New);
        Poll();
        WriteCertificate(Old);

        Poll(2);

        AssertInForce(Old);
        Assert.Equal(0, _changes);
        Assert.Equal(0, _log.Count(Unusable));
    }

    [Fact]
    public void Poll_LinkLeadsElsewhere_IsNoticed()
    {
        Write("a", Old);
        Write("b", New);
        var link = _folder.PathOf("current");
        Directory.CreateSymbolicLink(link, _folder.PathOf("a"));
        var options = new DeviceIdentityOptions { CertificatePath = Path.Combine(link, "device.pem"), PrivateKeyPath = Path.Combine(link, "device.key") };
        using var source = DeviceIdentitySource.Load(options, _time, _log);
        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, _folder.PathOf("b"));

        Poll();

        Assert.Equal(Id(New), source.Current.CertificateId);

        void Write(string folder, X509Certificate2 certificate)
        {
            Directory.CreateDirectory(_folder.PathOf(folder));
            _folder.Write(Path.Combine(folder, "device.pem"), certificate.ExportCertificatePem());
            _folder.Write(Path.Combine(folder, "device.key"), KeyOf(certificate));
        }
    }

    [Fact]
    public void Use_WhileReplaced_KeepsTheOldOneAlive()
    {
        var use = _source.Use();
        WriteCertificate(New);
        WriteKey(New);
        Poll();

        Assert.True(use.Identity.Certificate.HasPrivateKey);
        var second = _source.Use();
        Assert.Equal(Id(New), second.Identity.CertificateId);
        use.Dispose();
        use.Dispose();
        Assert.Equal(IntPtr.Zero, use.Identity.Certificate.Handle);
        _source.Dispose();
        Assert.NotEqual(IntPtr.Zero, second.Identity.Certificate.Handle);
        second.Dispose();
        Assert.Equal(IntPtr.Zero, second.Identity.Certificate.Handle);
        Assert.Throws<ObjectDisposedException>(_source.Use);
    }

    [Fact]
    public async Task Use_ByManyWhileReplacedAgainAndAgain_NeverGivesAFreedOne()
    {
        using var stop = new CancellationTokenSource();
        var users = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var use = _source.Use();
                Assert.NotEqual(IntPtr.Zero, use.Identity.Certificate.Handle);
            }
        })).ToArray();
        for (var i = 0; i < 30; i++)
        {
            WriteCertificate(i % 2 == 0 ? New : Old);
            WriteKey(i % 2 == 0 ? New : Old);
            Poll();
        }

        await stop.CancelAsync();
        await Task.WhenAll(users);
        Assert.Equal(30, _changes);
    }

    [Fact]
    public void Reload_FilesThatCannotBeUsed_Throws()
    {
        WriteCertificate(New);

        Assert.Contains("does not match", Assert.Throws<DeviceIdentityException>(() => _source.Reload()).Message);

        AssertInForce(Old);
        WriteKey(New);
        Assert.True(_source.Reload());
        Assert.False(_source.Reload());
        AssertInForce(New);
    }

    [Fact]
    public void Poll_AfterDispose_DoesNothing()
    {
        _source.Dispose();
        WriteCertificate(New);
        WriteKey(New);

        Poll();

        Assert.False(_source.Reload());
        Assert.Equal(0, _changes);
    }

    [Fact]
    public async Task FetchAsync_IdentityReplacedOnDisk_PresentsTheNewOne()
    {
        await using var server = new TlsServer();
        using var client = new CredentialsProviderClient(
            _source,
            new RoleAliasOptions { CredentialsEndpoint = server.Endpoint, RoleAlias = "fleet-ddb", CaPath = _folder.Write("roots.pem", Pki.Root.ExportCertificatePem()) },
            _time);
        Assert.IsType<FetchResult.Success>(await client.FetchAsync());
        var first = server.ClientCertificateId;
        WriteCertificate(New);
        WriteKey(New);
        Poll();

        Assert.IsType<FetchResult.Success>(await client.FetchAsync());

        Assert.Equal(Id(Old), first);
        Assert.Equal(Id(New), server.ClientCertificateId);
    }

    public void Dispose()
    {
        _source.Dispose();
        _folder.Dispose();
    }

    private static string Id(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    private static string KeyOf(X509Certificate2 certificate) =>
        (certificate.GetECDsaPrivateKey() ?? (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey())!.ExportPkcs8PrivateKeyPem();

    private void AssertInForce(X509Certificate2 certificate) => Assert.Equal(Id(certificate), _source.Current.CertificateId);

    private void Poll(int times = 1) => _time.Advance(DeviceIdentitySource.PollInterval * times);

    private void WriteCertificate(X509Certificate2 certificate) => _folder.Write("device.pem", certificate.ExportCertificatePem());

    private void WriteKey(X509Certificate2 certificate) => _folder.Write("device.key", KeyOf(certificate));
}
