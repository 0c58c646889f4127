using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Rotation;
using DeviceAgent.TestSupport;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Rotation;

public sealed class RoleAliasRotationTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan _rest = new RotationOptions().Propagation;

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly FakeCloud _cloud;
    private RotationRig _rig;

    public RoleAliasRotationTests()
    {
        _cloud = new FakeCloud(_time);
        _rig = new RotationRig(_cloud, _time, _folder.Path);
    }

    public Task InitializeAsync() => _rig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rotate_GoodAlias_IsProvenByOneRealBatchThenInForceForAll()
    {
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        Assert.Equal(RotationRig.Old, await _rig.ServedAsync());
        Assert.Equal(RotationPhase.Proving, _rig.State.Status.Phase);
        Assert.Equal((2, 0), (_rig.Counted["role_alias.phase"], _rig.Counted["role_alias.rotated"]));

        Assert.Equal(RotationRig.New, await _rig.WriteAsync());
        await _rig.UntilProbationAsync();
        Assert.Equal(RotationRig.New, await _rig.ServedAsync());
        for (var i = 0; i < 3; i++) Assert.Equal(RotationRig.New, await _rig.WriteAsync());

        Assert.Equal(ChangeOutcome.Applied, await change);
        Assert.Equal([RotationStep.Fetching, RotationStep.Proving, RotationStep.Committed, RotationStep.Probation], _rig.Progress.Steps);
        Assert.Equal(new RotationStatus(RotationRig.New, RotationRig.Old, RotationPhase.Settled, null, null, new LastChange(RotationRig.New, ChangeOutcome.Applied)), _rig.State.Status);
        Assert.Null(_rig.Table.Stage);
        Assert.All(_cloud.Puts.Values, puts => Assert.Equal(1, puts));
        Assert.Equal((1, 0, 1), (_rig.Counted["role_alias.changes/applied"], _rig.Counted["role_alias.phase"], _rig.Counted["role_alias.rotated"]));
    }

    [Fact]
    public async Task Rotate_AliasInForce_IsAppliedAtOnce()
    {
        Assert.Equal(ChangeOutcome.Applied, await _rig.RotateAsync(RotationRig.Old));
        Assert.Empty(_cloud.Fetches);
    }

    [Fact]
    public async Task Rotate_NoBatchesDuringProbation_IsAppliedWhenItsTimeIsUp()
    {
        var change = await CommittedAsync();
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(change.IsCompleted);
        Assert.Equal(ChangeOutcome.Applied, await _rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(30)));
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
        _cloud[RotationRig.New].Refusal = FakeCloud.Failure(kind);
        var start = _time.GetTimestamp();
        var outcome = await _rig.PassTimeUntilAsync(_rig.RotateAsync());

        Assert.Equal((ChangeResult.Rejected, code), (outcome.Result, outcome.Code));
        Assert.Contains("Mend it.", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(attempts, _cloud.Fetches.Count(a => a == RotationRig.New));
        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromMinutes(3));
        await AssertOldStaysAsync(outcome);
    }

    [Fact]
    public async Task Rotate_PolicyArrivesLate_IsNotRejected()
    {
        _cloud[RotationRig.New].Refusal = FakeCloud.Failure(CredentialFailureKind.AccessDenied);
        var change = _rig.RotateAsync();
        await RotationRig.UntilAsync(() => _cloud.Fetches.Count == 1);
        _cloud[RotationRig.New].Refusal = null;
        await _time.WaitForTimersAsync(1);
        _time.Advance(_rest / 2);
        await _rig.UntilProvingAsync();
        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Rotate_WritesDenied_GoOutWithTheOldAtOnceAndTheSecondIsFinal()
    {
        _cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
        Assert.Equal([RotationRig.New, RotationRig.Old, RotationRig.Old], _cloud.Writes.Select(w => w.Alias));
        Assert.False(change.IsCompleted);

        _time.Advance(_rest);
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
        var outcome = await change;

        Assert.Equal((ChangeResult.Rejected, "writesDenied"), (outcome.Result, outcome.Code));
        Assert.Contains("Allow it.", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(9, _cloud.Puts.Count);
        await AssertOldStaysAsync(outcome);
    }

    [Fact]
    public async Task Rotate_FirstWriteDeniedBecauseThePolicyIsYoung_IsProvenByTheNext()
    {
        _cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        await _rig.WriteAsync();
        _cloud[RotationRig.New].WriteFault = null;
        _time.Advance(_rest);
        Assert.Equal(RotationRig.New, await _rig.WriteAsync());
        await _rig.UntilProbationAsync();
        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Rotate_TableMissingForTheNewRoleOnly_IsRejected()
    {
        _cloud[RotationRig.New].WriteFault = FakeCloud.NoTable;
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        await _rig.WriteAsync();
        _time.Advance(_rest);
        await _rig.WriteAsync();
        var outcome = await change;
        Assert.Equal("tableUnusable", outcome.Code);
        await AssertOldStaysAsync(outcome);
    }

    [Fact]
    public async Task Rotate_TableMissingForBothRoles_SaysNothingAboutTheNewOne()
    {
        _cloud[RotationRig.New].WriteFault = _cloud[RotationRig.Old].WriteFault = FakeCloud.NoTable;
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("Parked", await _rig.WriteAsync());
            _time.Advance(_rest);
        }

        Assert.False(change.IsCompleted);
        _cloud[RotationRig.New].WriteFault = _cloud[RotationRig.Old].WriteFault = null;
        Assert.Equal(RotationRig.New, await _rig.WriteAsync());
        await _rig.UntilProbationAsync();
    }

    [Fact]
    public async Task Rotate_CredentialsNotKnownToTheTable_IsRejectedAfterTheSecondTime()
    {
        _cloud[RotationRig.New].WriteFault = new UploadFault(FaultKind.StaleCredentials, "UnrecognizedClientException");
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
        _time.Advance(_rest);
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
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
        if (fault == "unprocessed") _cloud[RotationRig.New].LeavesUnprocessed = true;
        else _cloud[RotationRig.New].WriteFault = new UploadFault(Enum.Parse<FaultKind>(fault), "no good");
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        for (var i = 0; i < 4; i++)
        {
            await _rig.WriteAsync();
            Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
            _time.Advance(_rest);
        }

        Assert.False(change.IsCompleted);
        _cloud[RotationRig.New].WriteFault = null;
        _cloud[RotationRig.New].LeavesUnprocessed = false;
        Assert.Equal(RotationRig.New, await _rig.WriteAsync());
        await _rig.UntilProbationAsync();
    }

    [Fact]
    public async Task Rotate_NoReadingComes_TimesOut()
    {
        var outcome = await _rig.PassTimeUntilAsync(_rig.RotateAsync(), TimeSpan.FromSeconds(30));
        Assert.Equal("timedOut", outcome.Code);
        Assert.Contains("no reading", outcome.Reason, StringComparison.Ordinal);
        await AssertOldStaysAsync(outcome);
    }

    [Fact]
    public async Task Rotate_DeniedOnceAndThenNoReading_NamesTheDenial()
    {
        _cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        await _rig.WriteAsync();
        Assert.Equal("writesDenied", (await _rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(30))).Code);
    }

    [Fact]
    public async Task Rotate_HeartbeatConfiguredAndNoReading_WritesOneWithTheNewCredentials()
    {
        await RestartAsync(new RotationOptions { Heartbeat = true });
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        Assert.Equal(ChangeOutcome.Applied, await _rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(10)));
        Assert.Equal([(RotationRig.New, 1, true)], _cloud.Writes);
        Assert.Equal("SN1", Assert.Single(_cloud.Puts.Keys).Partition);
    }

    [Fact]
    public async Task Rotate_ProofTakesLongerThanTheCredentialsLive_TheyAreRenewed()
    {
        _cloud[RotationRig.New].Lifetime = TimeSpan.FromMinutes(2);
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        for (var i = 0; i < 9; i++)
        {
            await _time.WaitForTimersAsync(1);
            _time.Advance(TimeSpan.FromMinutes(1));
            var fetches = i + 2;
            await RotationRig.UntilAsync(() => _cloud.Fetches.Count(a => a == RotationRig.New) >= fetches);
        }

        await _rig.WriteAsync();
        await _rig.UntilProbationAsync();
        Assert.True(_rig.Cache.Status.HasValidCredentials);
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
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        await _rig.WriteAsync();
        var outcome = await change;
        Assert.Equal("stateNotSaved", outcome.Code);
        Assert.Contains("No space left", outcome.Reason, StringComparison.Ordinal);
        await AssertOldStaysAsync(outcome);
        isFull = false;
    }

    [Fact]
    public async Task Rotate_TwoAskForTheSame_ItIsDoneOnce()
    {
        var first = _rig.RotateAsync();
        var second = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        for (var i = 0; i < 4; i++)
        {
            await _rig.WriteAsync();
            if (i == 0) await _rig.UntilProbationAsync();
        }

        Assert.Equal(ChangeOutcome.Applied, await first);
        Assert.Equal(ChangeOutcome.Applied, await second);
        Assert.Equal(1, _cloud.Fetches.Count(a => a == RotationRig.New));
    }

    [Fact]
    public async Task Rotate_AgentStops_EndsAsCancelledAndChangesNothing()
    {
        using var stop = new CancellationTokenSource();
        var change = _rig.RotateAsync(cancellationToken: stop.Token);
        await _rig.UntilProvingAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => change);
        Assert.Equal(RotationPhase.Settled, _rig.State.Status.Phase);
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
    }

    [Fact]
    public async Task Probation_WriteDenied_TheBatchGoesOutWithTheOldAliasWhichIsBackInForce()
    {
        var change = await CommittedAsync();
        await _rig.WriteAsync();
        _cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
        var outcome = await change;

        Assert.Equal((ChangeResult.RolledBack, "writesDenied"), (outcome.Result, outcome.Code));
        Assert.Equal(RotationRig.Old, await _rig.ServedAsync());
        Assert.All(_cloud.Puts.Values, puts => Assert.Equal(1, puts));
        Assert.Equal(new RotationStatus(RotationRig.Old, RotationRig.Old, RotationPhase.Settled, null, null, new LastChange(RotationRig.New, outcome)), _rig.State.Status);
        Assert.Equal(1, _rig.Counted["role_alias.changes/rolledBack"]);
    }

    [Fact]
    public async Task Probation_OtherFaults_AreNoReasonToGoBack()
    {
        var change = await CommittedAsync();
        foreach (var kind in new[] { FaultKind.Throttled, FaultKind.Transient, FaultKind.Rejected, FaultKind.ClockSkew })
        {
            _cloud[RotationRig.New].WriteFault = new UploadFault(kind, "no good");
            Assert.Equal(kind.ToString(), await _rig.WriteAsync());
        }

        _cloud[RotationRig.New].WriteFault = FakeCloud.NoTable;
        Assert.Equal("Parked", await _rig.WriteAsync());
        Assert.Equal(RotationPhase.Probation, _rig.State.Status.Phase);
        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Probation_AliasIssuesNoMoreCredentials_GoesBack()
    {
        _cloud[RotationRig.New].Lifetime = TimeSpan.FromMinutes(4);
        var change = await CommittedAsync();
        _cloud[RotationRig.New].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleNotAssumable);
        var outcome = await _rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(5));
        Assert.Equal((ChangeResult.RolledBack, "roleNotAssumable"), (outcome.Result, outcome.Code));
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
    }

    [Fact]
    public async Task Probation_NeitherAliasWorks_TheFirstThatWorksWins_TheNewOne()
    {
        var change = await CommittedAsync();
        _cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        _cloud[RotationRig.Old].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound);
        var denied = _rig.WriteAsync();
        await RotationRig.UntilAsync(() => _rig.State.Status.Phase == RotationPhase.RollingBack);
        Assert.Equal("Parked", await _rig.PassTimeUntilAsync(denied));
        _cloud[RotationRig.New].WriteFault = null;
        Assert.Equal(RotationRig.New, await _rig.WriteAsync());
        await RotationRig.UntilAsync(() => _rig.State.Status.Phase == RotationPhase.Probation);
        await _rig.WriteAsync();
        await _rig.WriteAsync();
        Assert.Equal(ChangeOutcome.Applied, await change);
    }

    [Fact]
    public async Task Probation_NeitherAliasWorks_TheFirstThatWorksWins_TheOldOne()
    {
        var change = await CommittedAsync();
        _cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        _cloud[RotationRig.Old].Refusal = FakeCloud.Failure(CredentialFailureKind.ConnectTimedOut);
        var denied = _rig.WriteAsync();
        await RotationRig.UntilAsync(() => _rig.State.Status.Phase == RotationPhase.RollingBack);
        _cloud[RotationRig.Old].Refusal = null;
        Assert.Equal(ChangeResult.RolledBack, (await _rig.PassTimeUntilAsync(change)).Result);
        await denied;
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
    }

    [Fact]
    public async Task Probation_NeitherAliasEverWorks_EndsOnTheOldOneAndSaysBothReasons()
    {
        var change = await CommittedAsync();
        _cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        _cloud[RotationRig.Old].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound);
        var denied = _rig.WriteAsync();
        var outcome = await _rig.PassTimeUntilAsync(change, TimeSpan.FromSeconds(5));
        await denied;
        Assert.Equal((ChangeResult.RolledBack, "writesDenied"), (outcome.Result, outcome.Code));
        Assert.Contains("RoleAliasNotFound", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(RotationRig.Old, _rig.State.InForce);
        Assert.Equal("NoCredentials", await _rig.WriteAsync());

        // The next change can begin at once, and mend it.
        var next = _rig.RotateAsync("third-alias");
        await _rig.UntilProvingAsync();
        Assert.Equal("third-alias", await _rig.WriteAsync());
        await _rig.UntilProbationAsync();
        Assert.Equal("third-alias", await _rig.ServedAsync());
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task Rotate_OldAliasBroken_GoodOneMendsIt()
    {
        _cloud[RotationRig.Old].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound);
        Assert.Equal("NoCredentials", await _rig.WriteAsync());
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        Assert.Equal(RotationRig.New, await _rig.WriteAsync());
        await _rig.UntilProbationAsync();
        for (var i = 0; i < 3; i++) await _rig.WriteAsync();
        Assert.Equal(ChangeOutcome.Applied, await change);
    }

    [Fact]
    public async Task Restart_OnProbation_GoesOnWatchingEvenIfNobodyAsksAgain()
    {
        await CommittedAsync();
        await RestartAsync();
        Assert.Equal((RotationRig.New, RotationPhase.Probation, RotationRig.Old), (_rig.State.InForce, _rig.State.Status.Phase, _rig.State.Status.Previous));
        _cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
        await RestartAsync();
        Assert.Equal((RotationRig.Old, RotationPhase.Settled), (_rig.State.InForce, _rig.State.Status.Phase));
        Assert.Equal("writesDenied", _rig.State.Status.Last?.Outcome.Code);
    }

    [Fact]
    public async Task Restart_OnProbationAndAskedAgain_WaitsForItsEnd()
    {
        await CommittedAsync();
        await RestartAsync();
        var again = _rig.RotateAsync();
        for (var i = 0; i < 2; i++) await _rig.WriteAsync();
        Assert.False(again.IsCompleted);
        await _rig.WriteAsync();
        Assert.Equal(ChangeOutcome.Applied, await again);
        Assert.Equal([RotationStep.Probation], _rig.Progress.Steps);
        await RestartAsync();
        Assert.Equal(ChangeOutcome.Applied, await _rig.RotateAsync());
        Assert.Equal(RotationRig.New, await _rig.WriteAsync());
    }

    [Fact]
    public async Task Reason_OfAnyLength_FitsTheReport()
    {
        _cloud[RotationRig.New].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound) with { Remedy = new string('x', 3000) };
        var outcome = await _rig.PassTimeUntilAsync(_rig.RotateAsync());
        Assert.Equal(1024, outcome.Reason!.Length);
    }

    /// <summary>A change that has passed its proof.</summary>
    private async Task<Task<ChangeOutcome>> CommittedAsync()
    {
        await _rig.WriteAsync();
        var change = _rig.RotateAsync();
        await _rig.UntilProvingAsync();
        await _rig.WriteAsync();
        await _rig.UntilProbationAsync();
        return change;
    }

    private async Task RestartAsync(RotationOptions? options = null, WriteFile? write = null)
    {
        await _rig.DisposeAsync();
        _rig = new RotationRig(_cloud, _time, _folder.Path, options, write: write);
        await _rig.StartAsync();
    }

    private async Task AssertOldStaysAsync(ChangeOutcome outcome)
    {
        Assert.Equal(new RotationStatus(RotationRig.Old, RotationRig.Old, RotationPhase.Settled, null, null, new LastChange(RotationRig.New, outcome)), _rig.State.Status);
        Assert.Null(_rig.Table.Stage);
        Assert.Equal(RotationRig.Old, await _rig.ServedAsync());
        Assert.Equal(RotationRig.Old, await _rig.WriteAsync());
        Assert.All(_cloud.Puts.Values, puts => Assert.Equal(1, puts));
        Assert.Equal(1, _rig.Counted["role_alias.changes/rejected"]);
    }
}
