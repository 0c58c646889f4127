using System.Collections;
using DeviceAgent.Certificate;
using DeviceAgent.Credentials;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Certificate;

/// <summary>Killed between any two steps of the swap, the next start has one matching pair: the old one before the decision is on disk, the new one after.</summary>
public class SwapTests
{
    public static TheoryData<int, bool> Kills => KillSteps.Of(steps: 7, decided: 2);

    [Theory]
    [MemberData(nameof(Kills))]
    public async Task Start_KilledAfterAStep_HasOneMatchingPair(int steps, bool isNew)
    {
        await using var rig = new ProvisioningRig();
        using var before = rig.InForce();
        var (record, _) = await rig.EnrolAsync();
        var (staged, file) = (rig.Staged, rig.File);
        Action[] swap =
        [
            staged.KeepPrevious,
            () => file.Save(record!.At(EnrolmentPhase.Swapping)),
            () => File.Move(rig.PathOf("device.crt.next"), rig.PathOf("device.crt"), overwrite: true),
            () => File.Move(rig.PathOf("device.key.next"), rig.PathOf("device.key"), overwrite: true),
            () => file.Save(record!.At(EnrolmentPhase.Swapped)),
            staged.ForgetPrevious,
            file.Delete,
        ];
        foreach (var step in swap.Take(steps)) step();

        var there = Snapshot(rig);
        var (_, seen) = AgentConfiguration.Load(rig.PathOf("agent.json"), new Hashtable(), []);

        // A command that only reads sees the pair that the agent will have, and leaves every file as it is.
        using (seen) Assert.Equal(isNew ? record!.CertificateId : before.CertificateId, seen.CertificateId);
        Assert.Equal(there, Snapshot(rig));

        var (_, identity) = ProvisioningRig.Start(rig.PathOf("agent.json"), new Hashtable(), []);

        using (identity) Assert.Equal(isNew ? record!.CertificateId : before.CertificateId, identity.CertificateId);
        Assert.Equal(steps == swap.Length ? null : isNew ? EnrolmentPhase.Swapped : EnrolmentPhase.Registered, file.Read()?.Phase);
    }

    private static string Snapshot(ProvisioningRig rig) => FolderSnapshot.Of(rig.PathOf("."));

    [Fact]
    public async Task KeepPrevious_Always_CopiesThePairThatIsInForce()
    {
        await using var rig = new ProvisioningRig();
        using var before = rig.InForce();
        await rig.EnrolAsync();
        rig.Staged.KeepPrevious();
        rig.Staged.Swap();

        using var previous = DeviceIdentity.Load(new()
        {
            CertificatePath = rig.PathOf("device.crt.previous"),
            PrivateKeyPath = rig.PathOf("device.key.previous"),
        });

        Assert.Equal(before.CertificateId, previous.CertificateId);
        rig.Staged.ForgetPrevious();
        Assert.Empty(Directory.GetFiles(rig.PathOf("."), "*.previous"));
    }

    [Theory]
    [InlineData("device.pem", null, "in one file")]
    [InlineData("pkcs11:token=t;object=c", "device.key", "kept in hardware")]
    [InlineData("device.pem", "pkcs11:token=t;object=k", null)]
    [InlineData("device.pem", "device.key", null)]
    public void Fault_OfALayout_SaysWhatItNeeds(string certificate, string? key, string? fault)
    {
        var staged = new StagedIdentity(new DeviceIdentityOptions { CertificatePath = certificate, PrivateKeyPath = key });

        if (fault is null) Assert.Null(staged.Fault());
        else Assert.Contains(fault, staged.Fault());
    }

    [Fact]
    public void Read_FileThatIsNoJson_CountsAsNone()
    {
        using var folder = new TemporaryFolder();
        folder.Write(EnrolmentFile.FileName, "{ half");

        Assert.Null(new EnrolmentFile(folder.Path).Read());
    }

    [Theory]
    [InlineData("Issued")]
    [InlineData("Registered")]
    [InlineData("Exchanging")]
    [InlineData("Exchanged")]
    public void Read_FileOfAnEarlierVersion_IsUnderstoodAndWrittenInTheSameWords(string phase)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(EnrolmentFile.FileName, $$"""{"phase":"{{phase}}","certificateId":"abc"}""");
        var file = new EnrolmentFile(folder.Path);

        file.Save(file.Read()!);

        Assert.Contains($"\"phase\": \"{phase}\"", File.ReadAllText(path));
    }

    [Fact]
    public async Task Recover_DamagedFile_IsKeptAsideAndSaidAndACommandThatReadsLeavesItAlone()
    {
        await using var rig = new ProvisioningRig();
        await rig.EnrolAsync();
        var path = rig.PathOf($"state/{EnrolmentFile.FileName}");
        File.WriteAllText(path, """{"phase":"registered","certificateId":null}""");
        var there = Snapshot(rig);

        AgentConfiguration.Load(rig.PathOf("agent.json"), new Hashtable(), []).Identity.Dispose();

        Assert.Equal(there, Snapshot(rig));
        Assert.EndsWith($"it is kept as '{path}.corrupt-1'", rig.File.Recover());
        Assert.True(File.Exists(path + ".corrupt-1"));
        Assert.Null(rig.File.Recover());
        var (record, _) = await rig.EnrolAsync();
        Assert.Equal((2, EnrolmentPhase.Registered), (rig.Issued, record!.Phase));
    }

    [Fact]
    public async Task Load_SwapCutOffAndItsRecordDamaged_SaysBoth()
    {
        await using var rig = new ProvisioningRig();
        await rig.EnrolAsync();
        File.Move(rig.PathOf("device.crt.next"), rig.PathOf("device.crt"), overwrite: true);
        File.WriteAllText(rig.PathOf($"state/{EnrolmentFile.FileName}"), "{");

        var error = Assert.Throws<ConfigurationException>(() => ProvisioningRig.Start(rig.PathOf("agent.json"), new Hashtable(), []));

        Assert.Contains(error.Errors, e => e.Key == "stateDirectory" && e.Problem.Contains("certificate.json", StringComparison.Ordinal));
        Assert.Contains(error.Errors, e => e.Key is "certificatePath" or "privateKeyPath");
    }
}
