using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.RoleAlias;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>From the order to the proof.</summary>
public sealed class RoleAliasRotationTests : RotationScenario
{
    private static readonly TimeSpan _rest = new RotationOptions().Propagation;

    [Fact]
    public async Task Rotate_GoodAlias_IsProvenByOneRealBatchThenInForceForAll()
    {
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        Assert.Equal(RotationRig.Old, await Rig.ServedAsync());
        Assert.Equal(RotationPhase.Proving, Rig.State.Status.Phase);
        Assert.Equal((2, 0), (Rig.Counted["role_alias.phase"], Rig.Counted["role_alias.rotated"]));

        Assert.Equal(RotationRig.New, await Rig.WriteAsync());
        await Rig.UntilProbationAsync();
        Assert.Equal(RotationRig.New, await Rig.ServedAsync());
        for (var i = 0; i < 3; i++) Assert.Equal(RotationRig.New, await Rig.WriteAsync());

        Assert.Equal(ChangeOutcome.Applied, await change);
        Assert.Equal([RotationStep.Fetching, RotationStep.Proving, RotationStep.Committed, RotationStep.Probation], Rig.Progress.Steps);
        Assert.Equal(new RotationStatus(RotationRig.New, RotationRig.Old, RotationPhase.Settled, null, null, new LastChange(RotationRig.New, ChangeOutcome.Applied)), Rig.State.Status);
        Assert.Null(Rig.Sink.Interceptor);
        Assert.All(Cloud.Puts.Values, puts => Assert.Equal(1, puts));
        Assert.Equal((1, 0, 1), (Rig.Counted["role_alias.changes/applied"], Rig.Counted["role_alias.phase"], Rig.Counted["role_alias.rotated"]));
    }

    [Fact]
    public async Task Rotate_AliasInForce_SaysThatItChangedNothing()
    {
        Assert.Equal(ChangeOutcome.Unchanged($"the role alias {RotationRig.Old} is active already."), await Rig.RotateAsync(RotationRig.Old));
        Assert.Empty(Cloud.Fetches);
    }

    [Fact]
    public async Task Rotate_NoBatchesDuringProbation_IsAppliedWhenItsTimeIsUp()
    {
        var change = await CommittedAsync();
        Time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(change.IsCompleted);
        Assert.Equal(ChangeOutcome.Applied, await Rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(CredentialFailureKind.RoleAliasNotFound, "aliasUnknown", 3)]
    [InlineData(CredentialFailureKind.AccessDenied, "notAuthorized", 3)]
    [InlineData(CredentialFailureKind.ThingNotAttached, "thingNotAttached", 3)]
    [InlineData(CredentialFailureKind.CertificateNotAccepted, "certificateNotAccepted", 3)]
    [InlineData(CredentialFailureKind.RoleNotAssumable, "roleNotAssumable", 3)]
    [InlineData(CredentialFailureKind.DurationTooLong, "durationTooLong", 3)]
    [InlineData(CredentialFailureKind.AnswerMalformed, "fetchFailed", 3)]
    [InlineData(CredentialFailureKind.Throttled, "throttled", 8)]
    [InlineData(CredentialFailureKind.ServiceFault, "serviceFault", 8)]
    [InlineData(CredentialFailureKind.ConnectTimedOut, "unreachable", 8)]
    public async Task Rotate_FetchFails_IsRejectedWithItsCodeAndRemedy(CredentialFailureKind kind, string code, int attempts)
    {
        Cloud[RotationRig.New].Refusal = FakeCloud.Failure(kind);
        var start = Time.GetTimestamp();
        var outcome = await Rig.PassTimeUntilAsync(Rig.RotateAsync());

        Assert.Equal((ChangeResult.Rejected, code), (outcome.Result, outcome.Code));
        Assert.Contains("Mend it.", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(attempts, Cloud.Fetches.Count(a => a == RotationRig.New));
        Assert.InRange(Time.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromMinutes(3));
        await AssertOldStaysAsync(outcome);
    }

    [Fact]
    public async Task Rotate_PolicyArrivesLate_IsNotRejected()
    {
        Cloud[RotationRig.New].Refusal = FakeCloud.Failure(CredentialFailureKind.AccessDenied);
        var change = Rig.RotateAsync();
        await RotationRig.UntilAsync(() => Cloud.Fetches.Count == 1);
        Cloud[RotationRig.New].Refusal = null;
        await Time.WaitForTimersAsync(1);
        Time.Advance(_rest / 2);
        await Rig.UntilProvingAsync();
        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Rotate_WritesDenied_GoOutWithTheOldAtOnceAndTheSecondIsFinal()
    {
        Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        Assert.Equal([RotationRig.New, RotationRig.Old, RotationRig.Old], Cloud.Writes.Select(w => w.Alias));
        Assert.False(change.IsCompleted);

        Time.Advance(_rest);
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        var outcome = await change;

        Assert.Equal((ChangeResult.Rejected, "writesDenied"), (outcome.Result, outcome.Code));
        Assert.Contains("Allow it.", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(9, Cloud.Puts.Count);
        await AssertOldStaysAsync(outcome);
    }

    [Fact]
    public async Task Rotate_FirstWriteDeniedBecauseThePolicyIsYoung_IsProvenByTheNext()
    {
        Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        await Rig.WriteAsync();
        Cloud[RotationRig.New].WriteFault = null;
        Time.Advance(_rest);
        Assert.Equal(RotationRig.New, await Rig.WriteAsync());
        await Rig.UntilProbationAsync();
        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Rotate_TableMissingForTheNewRoleOnly_IsRejected()
    {
        Cloud[RotationRig.New].WriteFault = FakeCloud.NoTable;
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        await Rig.WriteAsync();
        Time.Advance(_rest);
        await Rig.WriteAsync();
        var outcome = await change;
        Assert.Equal("tableUnusable", outcome.Code);
        await AssertOldStaysAsync(outcome);
    }

    [Fact]
    public async Task Rotate_TableMissingForBothRoles_SaysNothingAboutTheNewOne()
    {
        Cloud[RotationRig.New].WriteFault = Cloud[RotationRig.Old].WriteFault = FakeCloud.NoTable;
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("Parked", await Rig.WriteAsync());
            Time.Advance(_rest);
        }

        Assert.False(change.IsCompleted);
        Cloud[RotationRig.New].WriteFault = Cloud[RotationRig.Old].WriteFault = null;
        Assert.Equal(RotationRig.New, await Rig.WriteAsync());
        await Rig.UntilProbationAsync();
    }

    [Fact]
    public async Task Rotate_CredentialsNotKnownToTheTable_IsRejectedAfterTheSecondTime()
    {
        Cloud[RotationRig.New].WriteFault = new UploadFault(FaultKind.StaleCredentials, "UnrecognizedClientException");
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        Time.Advance(_rest);
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        Assert.Equal("credentialsRefused", (await change).Code);
    }

    /// <summary>Faults that speak of the table's load, the batch, the network or the clock.</summary>
    [Theory]
    [InlineData("Throttled")]
    [InlineData("Transient")]
    [InlineData("Rejected")]
    [InlineData("ClockSkew")]
    [InlineData("unprocessed")]
    public async Task Rotate_FaultThatIsNotTheRoles_IsNoVerdictAndDoesNotHoldReadingsUp(string fault)
    {
        if (fault == "unprocessed") Cloud[RotationRig.New].LeavesUnprocessed = true;
        else Cloud[RotationRig.New].WriteFault = new UploadFault(Enum.Parse<FaultKind>(fault), "no good");
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        for (var i = 0; i < 4; i++)
        {
            await Rig.WriteAsync();
            Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
            Time.Advance(_rest);
        }

        Assert.False(change.IsCompleted);
        Cloud[RotationRig.New].WriteFault = null;
        Cloud[RotationRig.New].LeavesUnprocessed = false;
        Assert.Equal(RotationRig.New, await Rig.WriteAsync());
        await Rig.UntilProbationAsync();
    }

    [Fact]
    public async Task Rotate_NoReadingComes_TimesOut()
    {
        var outcome = await Rig.PassTimeUntilAsync(Rig.RotateAsync(), TimeSpan.FromSeconds(30));
        Assert.Equal("timedOut", outcome.Code);
        Assert.Contains("no reading", outcome.Reason, StringComparison.Ordinal);
        await AssertOldStaysAsync(outcome);
    }

    [Fact]
    public async Task Rotate_DeniedOnceAndThenNoReading_NamesTheDenial()
    {
        Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        await Rig.WriteAsync();
        Assert.Equal("writesDenied", (await Rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(30))).Code);
    }

    [Fact]
    public async Task Rotate_HeartbeatConfiguredAndNoReading_WritesOneWithTheNewCredentials()
    {
        await RestartAsync(new RotationOptions { Heartbeat = true });
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        Assert.Equal(ChangeOutcome.Applied, await Rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(10)));
        Assert.Equal([(RotationRig.New, 1, true)], Cloud.Writes);
        Assert.Equal("SN1", Assert.Single(Cloud.Puts.Keys).SerialNumber);
    }

    [Fact]
    public async Task Rotate_ProofTakesLongerThanTheCredentialsLive_TheyAreRenewed()
    {
        Cloud[RotationRig.New].Lifetime = TimeSpan.FromMinutes(2);
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        for (var i = 0; i < 9; i++)
        {
            await Time.WaitForTimersAsync(1);
            Time.Advance(TimeSpan.FromMinutes(1));
            var fetches = i + 2;
            await RotationRig.UntilAsync(() => Cloud.Fetches.Count(a => a == RotationRig.New) >= fetches);
        }

        await Rig.WriteAsync();
        await Rig.UntilProbationAsync();
        Assert.True(Rig.Cache.Status.HasValidCredentials);
        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Rotate_StateCannotBeWritten_IsRejectedAndNothingChanges()
    {
        var isFull = true;
        await RestartAsync(new RotationOptions(), (path, content) =>
        {
            if (isFull) throw new IOException("No space left on device");
            File.WriteAllBytes(path, content);
        });
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        await Rig.WriteAsync();
        var outcome = await change;
        Assert.Equal("stateNotSaved", outcome.Code);
        Assert.Contains("No space left", outcome.Reason, StringComparison.Ordinal);
        await AssertOldStaysAsync(outcome);
        isFull = false;
    }

    [Fact]
    public async Task Rotate_TwoAskForTheSame_ItIsDoneOnce()
    {
        var first = Rig.RotateAsync();
        var second = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        for (var i = 0; i < 4; i++)
        {
            await Rig.WriteAsync();
            if (i == 0) await Rig.UntilProbationAsync();
        }

        Assert.Equal(ChangeOutcome.Applied, await first);
        Assert.True((await second).IsUnchanged);
        Assert.Equal(1, Cloud.Fetches.Count(a => a == RotationRig.New));
    }

    [Fact]
    public async Task Rotate_AgentStops_EndsAsCancelledAndChangesNothing()
    {
        using var stop = new CancellationTokenSource();
        var change = Rig.RotateAsync(cancellationToken: stop.Token);
        await Rig.UntilProvingAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => change);
        Assert.Equal(RotationPhase.Settled, Rig.State.Status.Phase);
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
    }

    [Fact]
    public async Task Rotate_OldAliasBroken_GoodOneMendsIt()
    {
        Cloud[RotationRig.Old].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound);
        Assert.Equal("NoCredentials", await Rig.WriteAsync());
        var change = Rig.RotateAsync();
        await Rig.UntilProvingAsync();
        Assert.Equal(RotationRig.New, await Rig.WriteAsync());
        await Rig.UntilProbationAsync();
        for (var i = 0; i < 3; i++) await Rig.WriteAsync();
        Assert.Equal(ChangeOutcome.Applied, await change);
    }

    [Fact]
    public async Task Reason_OfAnyLength_FitsTheReport()
    {
        Cloud[RotationRig.New].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound) with { Remedy = new string('x', 3000) };
        var outcome = await Rig.PassTimeUntilAsync(Rig.RotateAsync());
        Assert.Equal(1024, outcome.Reason!.Length);
    }

    private async Task AssertOldStaysAsync(ChangeOutcome outcome)
    {
        Assert.Equal(new RotationStatus(RotationRig.Old, RotationRig.Old, RotationPhase.Settled, null, null, new LastChange(RotationRig.New, outcome)), Rig.State.Status);
        Assert.Null(Rig.Sink.Interceptor);
        Assert.Equal(RotationRig.Old, await Rig.ServedAsync());
        Assert.Equal(RotationRig.Old, await Rig.WriteAsync());
        Assert.All(Cloud.Puts.Values, puts => Assert.Equal(1, puts));
        Assert.Equal(1, Rig.Counted["role_alias.changes/rejected"]);
    }
}
