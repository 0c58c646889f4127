using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.RoleAlias;
using DeviceAgent.Settings;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Traffic;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Timing;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>The agent is killed at each step of a rotation and started again, and the change is asked for again.</summary>
public sealed class RotationCrashTests
{
    /// <summary>Steps that come again and again (writes, fetches) are tried so often.</summary>
    private const int MostOccurrences = 4;

    /// <summary>In virtual time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(3);

    /// <summary>Readings that can be delivered are, before time goes on.</summary>
    private const int MostPolls = 25;

    public enum Role
    {
        Good,
        MayNotWrite,
        LosesItsRightsOnProbation,
        IsNotThere,
    }

    [Theory]
    [InlineData(Role.Good)]
    [InlineData(Role.MayNotWrite)]
    [InlineData(Role.LosesItsRightsOnProbation)]
    [InlineData(Role.IsNotThere)]
    public async Task Rotate_KilledAtEachStep_EndsOnExactlyOneAliasAndLosesNothing(Role role)
    {
        var whole = new Killer();
        await Task.Run(() => RotateAsync(role, whole));
        Assert.Contains("write file", whole.Steps.Keys);
        foreach (var (step, times) in whole.Steps)
        {
            for (var occurrence = 1; occurrence <= Math.Min(times, MostOccurrences); occurrence++)
            {
                var killer = new Killer(step, occurrence);
                await Task.Run(() => RotateAsync(role, killer));
            }
        }
    }

    private static async Task RotateAsync(Role role, Killer killer)
    {
        using var device = new Device(role);
        var first = await device.RunAsync(killer);
        var outcome = first ?? await device.RunAsync(new Killer());

        Assert.True(outcome is not null && Expected(role).Contains(outcome.Result), $"{outcome}");
        var state = new RoleAliasState(RotationRig.Old, new RoleAliasFile(device.Folder, new RecordingLogger<RoleAliasFile>()), new RecordingLogger<RoleAliasState>());
        Assert.Equal((outcome.Result == ChangeResult.Applied ? RotationRig.New : RotationRig.Old, RotationPhase.Settled), (state.Active, state.Status.Phase));
        Assert.Equal(0, device.Spool.Count);
        Assert.Equal(device.Readings, device.Cloud.Puts.Count);
        if (first is not null) Assert.All(device.Cloud.Puts.Values, puts => Assert.Equal(1, puts));
    }

    private static ChangeResult[] Expected(Role role) => role switch
    {
        Role.Good => [ChangeResult.Applied],
        Role.LosesItsRightsOnProbation => [ChangeResult.RolledBack, ChangeResult.Rejected],
        _ => [ChangeResult.Rejected],
    };

    /// <summary>What outlives the agent: its disk, the cloud, the time.</summary>
    private sealed class Device : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly ManualTimeProvider _time = new();
        private readonly Role _role;

        public Device(Role role)
        {
            _role = role;
            Cloud = new FakeCloud(_time);
            if (role == Role.MayNotWrite) Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
            if (role == Role.IsNotThere) Cloud[RotationRig.New].Refusal = FakeCloud.Failure(CredentialFailureKind.RoleAliasNotFound);
        }

        public FakeCloud Cloud { get; }

        public FakeSpool Spool { get; } = new();

        /// <summary>So many have come.</summary>
        public int Readings { get; private set; }

        public string Folder => _folder.Path;

        public void Dispose() => _folder.Dispose();

        /// <summary>One life of the agent: readings come, the change is asked for. Null when it was killed.</summary>
        public async Task<ChangeOutcome?> RunAsync(Killer killer)
        {
            Cloud.Step = name =>
            {
                if (_role == Role.LosesItsRightsOnProbation && Cloud.Writes.Count(w => w is { Alias: RotationRig.New, Accepted: true }) >= 2) Cloud[RotationRig.New].WriteFault = FakeCloud.Denied;
                killer.Step(name);
            };
            await using var rig = new RotationRig(Cloud, _time, Folder, write: killer.Write, onStep: killer.Step);
            using var counted = new CountedMetrics();
            var writer = new BatchWriter(Spool, rig.Sink, counted.Metrics, new RecordingLogger<BatchWriter>());
            LiveOptions<UploadOptions> options = new UploadOptions();
            var log = new RecordingLogger<Uploader>();
            var pace = new UploadPace(options, new UploadState(_time), _time, new Random(1), log);
            using var traffic = new TestTraffic(_time);
            using var uploader = new Uploader(Spool, rig.Sink, writer, pace, options, traffic.Budget, new(), new UploadRig.FakeLifetime(), new LoopWatch(_time), _time, log);
            using var stop = new CancellationTokenSource();
            await rig.StartAsync();
            await uploader.StartAsync(CancellationToken.None);
            var change = rig.RotateAsync(cancellationToken: stop.Token);
            await PassTimeAsync(killer, change, rig);
            var outcome = killer.IsDead ? null : await change;
            if (outcome is not null) Assert.Equal(rig.State.Active, await rig.ServedAsync());

            // Nothing that is still under way has an effect any more.
            killer.Kill();
            await stop.CancelAsync();
            await ((Task)change).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var stopped = uploader.StopAsync(CancellationToken.None);
            for (; !stopped.IsCompleted; await RotationRig.PollAsync()) _time.Advance(TimeSpan.FromSeconds(1));
            return outcome;
        }

        private async Task PassTimeAsync(Killer killer, Task change, RotationRig rig)
        {
            var end = _time.GetUtcNow() + Patience;
            while (!killer.IsDead && !(change.IsCompleted && Spool.Count == 0))
            {
                if (!change.IsCompleted)
                {
                    Spool.Fill(1);
                    Readings++;
                }

                Assert.True(_time.GetUtcNow() < end, $"{change.Status} {rig.State.Status}, {Spool.Count} wait: {string.Join(Environment.NewLine, rig.Log.Entries)}\n{string.Join(" ", Cloud.Writes.TakeLast(40))}");
                for (var i = 0; i < MostPolls && Spool.Count > 0 && !killer.IsDead; i++) await RotationRig.PollAsync();
                _time.Advance(TimeSpan.FromSeconds(2));
            }
        }
    }
}
