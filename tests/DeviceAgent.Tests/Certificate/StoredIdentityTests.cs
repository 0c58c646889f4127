using System.Collections;
using DeviceAgent.Certificate;
using DeviceAgent.Credentials;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Certificate;

/// <summary>The new pair goes to the state directory where the configured one cannot be replaced: here the key is passed by the service manager.</summary>
public sealed class StoredIdentityTests : IAsyncDisposable
{
    private readonly ProvisioningRig _rig = new();
    private readonly TemporaryFolder _credentials = new();

    public StoredIdentityTests()
    {
        File.Move(_rig.PathOf("device.key"), _credentials.File("device.key"));
        _rig.Files = _rig.Files with { PrivateKeyPath = _credentials.File("device.key") };
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _credentials.Dispose();
    }

    public static TheoryData<int, bool> Kills => KillSteps.Of(steps: 8, decided: 3);

    private StoredIdentity Store => new(_rig.Files, _rig.PathOf("state"), new ServiceCredentials(_credentials.Path));

    [Fact]
    public async Task Target_FilesThatCanBeReplaced_AreReplacedInTheirPlace()
    {
        await using var rig = new ProvisioningRig();
        var (staged, replaces) = new StoredIdentity(rig.Files, rig.PathOf("state"), ServiceCredentials.None).Target();
        Assert.Equal(rig.Files, staged.Place);
        Assert.Null(replaces);
        Assert.Equal(["agent.json", "device.crt", "device.key"], Directory.GetFileSystemEntries(rig.PathOf(".")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Target_KeyThatIsPassed_IsTheStateDirectory()
    {
        using var before = _rig.InForce();
        var (staged, replaces) = Store.Target();
        Assert.Equal((_rig.PathOf("state/identity/certificate.pem"), _rig.PathOf("state/identity/private.key")), (staged.Place.CertificatePath, staged.Place.PrivateKeyPath));
        Assert.Equal(before.CertificateId, replaces);
    }

    /// <summary>Whatever leads there, and whoever could write there.</summary>
    [Theory]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public void Target_AnyFileThatIsPassed_IsNeverReplacedInItsPlace(bool certificateToo, bool byLink, bool inSubfolder)
    {
        var folder = inSubfolder ? Directory.CreateDirectory(_credentials.File("sub")).FullName : _credentials.Path;
        if (inSubfolder) File.Move(_credentials.File("device.key"), Path.Combine(folder, "device.key"));
        if (byLink) folder = Directory.CreateSymbolicLink(_rig.PathOf("link"), folder).FullName;
        if (certificateToo) File.Move(_rig.PathOf("device.crt"), Path.Combine(folder, "device.crt"));
        _rig.Files = _rig.Files with
        {
            CertificatePath = certificateToo ? Path.Combine(folder, "device.crt") : _rig.PathOf("device.crt"),
            PrivateKeyPath = Path.Combine(folder, "device.key"),
        };
        var (staged, replaces) = Store.Target();
        Assert.Equal(_rig.PathOf("state/identity/private.key"), staged.Place.PrivateKeyPath);
        Assert.NotNull(replaces);
    }

    [Fact]
    public void Target_CertificateInTheAgentsOwnFolderAndAKeyThatIsPassed_IsRefused()
    {
        Directory.CreateDirectory(_rig.PathOf("state/identity"));
        File.Move(_rig.PathOf("device.crt"), _rig.PathOf("state/identity/certificate.pem"));
        _rig.Files = _rig.Files with { CertificatePath = _rig.PathOf("state/identity/certificate.pem") };
        Assert.Contains("keep the configured certificate in another one", Assert.Throws<IOException>(() => Store.Target()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc/self/mountinfo", false)]
    [InlineData("/proc", true)]
    [InlineData("/", true)]
    public void MountPoint_ByItself_IsKnown(string path, bool isOne) => Assert.Equal(isOne, MountPoints.Contains(path));

    [Fact]
    public async Task Stored_KeyAndFolder_AreTheOwnersAlone()
    {
        await RotateAsync();
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_rig.PathOf("state/identity/private.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_rig.PathOf("state/identity")));
    }

    [Fact]
    public void Target_FolderThatIsNone_IsTheStateDirectory()
    {
        var files = _rig.Files with { PrivateKeyPath = _rig.PathOf("none/device.key") };
        Assert.NotNull(new StoredIdentity(files, _rig.PathOf("state"), ServiceCredentials.None).Target().Replaces);
    }

    [Fact]
    public void Target_KeyInHardware_StaysAndOnlyTheCertificateIsStored()
    {
        var files = _rig.Files with { PrivateKeyPath = "pkcs11:token=t;object=k", CertificatePath = _credentials.File("device.crt") };
        File.Copy(_rig.PathOf("device.crt"), _credentials.File("device.crt"));
        var (staged, _) = new StoredIdentity(files, _rig.PathOf("state"), new ServiceCredentials(_credentials.Path)).Target();
        Assert.Equal((_rig.PathOf("state/identity/certificate.pem"), "pkcs11:token=t;object=k"), (staged.Place.CertificatePath, staged.Place.PrivateKeyPath));
    }

    [Theory]
    [MemberData(nameof(Kills))]
    public async Task Start_KilledAfterAStep_HasOneMatchingPair(int steps, bool isNew)
    {
        using var before = _rig.InForce();
        var next = await RotateAsync(steps);
        AssertActive(isNew ? next : before.CertificateId, isNew);
    }

    /// <summary>The second rotation replaces the stored pair; what it stands in for is still the configured certificate.</summary>
    [Theory]
    [MemberData(nameof(Kills))]
    public async Task Start_KilledInTheSecondRotation_HasOneMatchingPair(int steps, bool isNew)
    {
        var first = await RotateAsync();
        var second = await RotateAsync(steps);
        Assert.NotEqual(first, second);
        AssertActive(isNew ? second : first, isStored: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    public async Task Start_OperatorPutAnotherCertificateThere_ItWinsAndTheStoredPairIsSetAside(int steps)
    {
        await RotateAsync(steps);
        var wasStored = File.Exists(_rig.PathOf("state/identity/certificate.pem"));
        var other = PutAnother();

        AssertActive(other, isStored: false);

        Assert.Equal(wasStored, File.Exists(_rig.PathOf("state/identity.replaced/certificate.pem")));
        Assert.False(File.Exists(_rig.PathOf("state/identity/certificate.pem")));
        var again = await RotateAsync();
        AssertActive(again, isStored: true);
        AssertActive(PutAnother(), isStored: false);
    }

    /// <summary>A rotation that begins before the agent has been started again.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Start_KilledInARotationAfterAnOperatorPutAnotherCertificateThere_NeverHasTheOldStoredPair(int steps)
    {
        await RotateAsync();
        var other = PutAnother();
        var next = await RotateAsync(steps);
        AssertActive(steps < 3 ? other : next, isStored: steps >= 3);
    }

    [Fact]
    public async Task Start_HalfWrittenCertificateAtTheConfiguredPath_IsAnErrorAndTheStoredPairIsKept()
    {
        await RotateAsync();
        var pem = File.ReadAllText(_rig.PathOf("device.crt"));
        File.WriteAllText(_rig.PathOf("device.crt"), pem[..(pem.Length / 2)]);

        Assert.Throws<ConfigurationException>(() => ProvisioningRig.Start(_rig.PathOf("agent.json"), Passed(), []));

        Assert.True(File.Exists(_rig.PathOf("state/identity/certificate.pem")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData(null)]
    public async Task Start_RecordDamagedOrLost_TheNewerPairIsActiveAndAnotherCertificateWinsAfterwards(string? content)
    {
        var stored = await RotateAsync();
        Damage(content);
        AssertActive(stored, isStored: true);

        AssertActive(PutAnother(), isStored: false);
    }

    [Fact]
    public async Task Start_RecordDamagedAndNewerCertificatePutThere_ItWins()
    {
        await RotateAsync();
        var other = PutAnother(TimeProvider.System.GetUtcNow().AddHours(1));
        Damage("{");
        AssertActive(other, isStored: false);
    }

    [Fact]
    public async Task Start_ConfiguredCertificateIsLost_IsAnErrorAndTheStoredPairIsKept()
    {
        await RotateAsync();
        File.Delete(_rig.PathOf("device.crt"));
        Assert.Throws<ConfigurationException>(() => ProvisioningRig.Start(_rig.PathOf("agent.json"), Passed(), []));
        Assert.True(File.Exists(_rig.PathOf("state/identity/certificate.pem")));
    }

    [Fact]
    public async Task Start_ConfiguredFilesInTheFolderItself_AreReplacedInTheirPlaceAndNeverSetAside()
    {
        Directory.CreateDirectory(_rig.PathOf("state/identity"));
        File.Move(_rig.PathOf("device.crt"), _rig.PathOf("state/identity/certificate.pem"));
        File.Move(_credentials.File("device.key"), _rig.PathOf("state/identity/private.key"));
        string[] settings = ["certificatePath=state/identity/certificate.pem", "privateKeyPath=state/identity/private.key"];
        _rig.Files = _rig.Files with { CertificatePath = _rig.PathOf("state/identity/certificate.pem"), PrivateKeyPath = _rig.PathOf("state/identity/private.key") };
        var next = await RotateAsync();

        var (_, identity) = ProvisioningRig.Start(_rig.PathOf("agent.json"), new Hashtable(), settings);

        using (identity) Assert.Equal(next, identity.CertificateId);
        Assert.True(File.Exists(_rig.PathOf("state/identity/certificate.pem")));
    }

    /// <summary>The steps of a rotation, as far as they go.</summary>
    /// <returns>The id of the new certificate.</returns>
    private async Task<string> RotateAsync(int steps = int.MaxValue)
    {
        var (store, file) = (Store, _rig.File);
        var (staged, replaces) = store.Target();
        var (record, refusal) = await _rig.EnrolAsync(staged: staged);
        Assert.Null(refusal);
        Action[] swap =
        [
            staged.KeepPrevious,
            () =>
            {
                if (replaces is not null) store.Remember(replaces);
            },
            () => file.Save(record!.At(EnrolmentPhase.Swapping, replaces)),
            () => File.Move(staged.Place.CertificatePath + ".next", staged.Place.CertificatePath, overwrite: true),
            () => File.Move(staged.Place.PrivateKeyPath + ".next", staged.Place.PrivateKeyPath!, overwrite: true),
            () => file.Save(record!.At(EnrolmentPhase.Swapped, replaces)),
            staged.ForgetPrevious,
            file.Delete,
        ];
        foreach (var step in swap.Take(steps)) step();
        return record!.CertificateId;
    }

    /// <summary>Both a command that only reads and the agent at its start have this one, twice in a row.</summary>
    private void AssertActive(string certificateId, bool isStored)
    {
        for (var i = 0; i < 2; i++)
        {
            var (_, seen) = AgentConfiguration.Load(_rig.PathOf("agent.json"), Passed(), []);
            using (seen) Assert.Equal(certificateId, seen.CertificateId);
            var (options, identity) = ProvisioningRig.Start(_rig.PathOf("agent.json"), Passed(), []);
            using (identity) Assert.Equal(certificateId, identity.CertificateId);
            Assert.Equal(isStored ? _rig.PathOf("state/identity/certificate.pem") : _rig.PathOf("device.crt"), options.ActiveIdentity.CertificatePath);
            Assert.Equal(_rig.PathOf("device.crt"), options.Identity.CertificatePath);
        }
    }

    /// <returns>Its id.</returns>
    private string PutAnother(DateTimeOffset? notBefore = null)
    {
        _rig.WriteIdentity("other", notBefore);
        File.Move(_rig.PathOf("other.crt"), _rig.PathOf("device.crt"), overwrite: true);
        File.Move(_rig.PathOf("other.key"), _credentials.File("device.key"), overwrite: true);
        using var other = DeviceIdentity.Load(_rig.Files);
        return other.CertificateId;
    }

    private void Damage(string? content)
    {
        var record = _rig.PathOf("state/identity/identity.json");
        if (content is null) File.Delete(record);
        else File.WriteAllText(record, content);
    }

    private Hashtable Passed() => new() { ["CREDENTIALS_DIRECTORY"] = _credentials.Path };
}
