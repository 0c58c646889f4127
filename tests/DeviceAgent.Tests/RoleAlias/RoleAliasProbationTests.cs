using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.RoleAlias;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>From the proof to the end of the probation.</summary>
public sealed class RoleAliasProbationTests : RotationScenario
{
    [Fact]
    public async Task Probation_WriteDenied_TheBatchGoesOutWithTheOldAliasWhichIsBackInForce()
    {
        var change = await CommittedAsync();
        await Rig.WriteAsync();
        Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        var outcome = await change;

        Assert.Equal((ChangeResult.RolledBack, "writesDenied"), (outcome.Result, outcome.Code));
        Assert.Equal(RotationRig.Old, await Rig.ServedAsync());
        Assert.All(Cloud.Puts.Values, puts => Assert.Equal(1, puts));
        Assert.Equal(new RotationStatus(RotationRig.Old, RotationRig.Old, RotationPhase.Settled, null, null, new LastChange(RotationRig.New, outcome)), Rig.State.Status);
        Assert.Equal(1, Rig.Counted["role_alias.changes/rolledBack"]);
    }

    [Fact]
    public async Task Probation_OtherFaults_AreNoReasonToGoBack()
    {
        var change = await CommittedAsync();
        foreach (var kind in new[] { FaultKind.Throttled, FaultKind.Transient, FaultKind.Rejected, FaultKind.ClockSkew })
        {
            Cloud[RotationRig.New].WriteFault = new UploadFault(kind, "no good");
            Assert.Equal(kind.ToString(), await Rig.WriteAsync());
        }

        Cloud[RotationRig.New].WriteFault = FakeCloud.NoTable;
        Assert.Equal("Parked", await Rig.WriteAsync());
        Assert.Equal(RotationPhase.Probation, Rig.State.Status.Phase);
        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Probation_AliasIssuesNoMoreCredentials_GoesBack()
    {
        Cloud[RotationRig.New].Lifetime = TimeSpan.FromMinutes(4);
        var change = await CommittedAsync();
        Cloud[RotationRig.New].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleNotAssumable);
        var outcome = await Rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(5));
        Assert.Equal((ChangeResult.RolledBack, "roleNotAssumable"), (outcome.Result, outcome.Code));
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
    }

    [Fact]
    public async Task Probation_NeitherAliasWorks_TheFirstThatWorksWins_TheNewOne()
    {
        var change = await CommittedAsync();
        Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        Cloud[RotationRig.Old].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound);
        var denied = Rig.WriteAsync();
        await RotationRig.UntilAsync(() => Rig.State.Status.Phase == RotationPhase.RollingBack);
        Assert.Equal("Parked", await Rig.PassTimeUntilAsync(denied));
        Cloud[RotationRig.New].WriteFault = null;
        Assert.Equal(RotationRig.New, await Rig.WriteAsync());
        await RotationRig.UntilAsync(() => Rig.State.Status.Phase == RotationPhase.Probation);
        await Rig.WriteAsync();
        await Rig.WriteAsync();
        Assert.Equal(ChangeOutcome.Applied, await change);
    }

    [Fact]
    public async Task Probation_NeitherAliasWorks_TheFirstThatWorksWins_TheOldOne()
    {
        var change = await CommittedAsync();
        Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        Cloud[RotationRig.Old].Refusal = FakeCloud.Failure(CredentialFailureKind.ConnectTimedOut);
        var denied = Rig.WriteAsync();
        await RotationRig.UntilAsync(() => Rig.State.Status.Phase == RotationPhase.RollingBack);
        Cloud[RotationRig.Old].Refusal = null;
        Assert.Equal(ChangeResult.RolledBack, (await Rig.PassTimeUntilAsync(change)).Result);
        await denied;
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
    }

    [Fact]
    public async Task Probation_NeitherAliasEverWorks_EndsOnTheOldOneAndSaysBothReasons()
    {
        var change = await CommittedAsync();
        Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        Cloud[RotationRig.Old].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound);
        var denied = Rig.WriteAsync();
        var outcome = await Rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(5));
        await denied;
        Assert.Equal((ChangeResult.RolledBack, "writesDenied"), (outcome.Result, outcome.Code));
        Assert.Contains("RoleAliasNotFound", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(RotationRig.Old, Rig.State.Active);
        Assert.Equal("NoCredentials", await Rig.WriteAsync());

        // The next change can begin at once, and mend it.
        var next = Rig.RotateAsync("third-alias");
        await Rig.UntilProvingAsync();
        Assert.Equal("third-alias", await Rig.WriteAsync());
        await Rig.UntilProbationAsync();
        Assert.Equal("third-alias", await Rig.ServedAsync());
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task Restart_OnProbation_GoesOnWatchingEvenIfNobodyAsksAgain()
    {
        await CommittedAsync();
        await RestartAsync();
        Assert.Equal((RotationRig.New, RotationPhase.Probation, RotationRig.Old), (Rig.State.Active, Rig.State.Status.Phase, Rig.State.Status.Previous));
        Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        await RestartAsync();
        Assert.Equal((RotationRig.Old, RotationPhase.Settled), (Rig.State.Active, Rig.State.Status.Phase));
        Assert.Equal("writesDenied", Rig.State.Status.Last?.Outcome.Code);
    }

    [Fact]
    public async Task Restart_OnProbationAndAskedAgain_WaitsForItsEnd()
    {
        await CommittedAsync();
        await RestartAsync();
        var again = Rig.RotateAsync();
        for (var i = 0; i < 2; i++) await Rig.WriteAsync();
        Assert.False(again.IsCompleted);
        await Rig.WriteAsync();
        Assert.Equal(ChangeOutcome.Applied, await again);
        Assert.Equal([RotationStep.Probation], Rig.Progress.Steps);
        await RestartAsync();
        Assert.True((await Rig.RotateAsync()).IsUnchanged);
        Assert.Equal(RotationRig.New, await Rig.WriteAsync());
    }
}
