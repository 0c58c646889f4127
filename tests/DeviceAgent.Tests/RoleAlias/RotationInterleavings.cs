using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.RoleAlias;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>Rotations, faults that come and go, readings, kills and time in any order, by seed.</summary>
public class RotationInterleavings
{
    private const int Seeds = 1000;
    private const int Lanes = 16;

    [Fact]
    public async Task Rotations_InAnyInterleaving_EndOnOneProvenAliasAndLoseNothing()
    {
        var outcomes = new System.Collections.Concurrent.ConcurrentBag<ChangeResult>();
        await Parallel.ForEachAsync(Enumerable.Range(1, Seeds), new ParallelOptions { MaxDegreeOfParallelism = Lanes }, async (seed, _) =>
        {
            using var life = new Life(seed);
            try
            {
                await life.RunAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }

            foreach (var outcome in life.Outcomes) outcomes.Add(outcome);
        });

        // All that can happen did.
        Assert.Equal([ChangeResult.Applied, ChangeResult.Rejected, ChangeResult.RolledBack], outcomes.Distinct().Order());
    }

    private sealed class Life(int seed) : IDisposable
    {
        private const int Steps = 15;
        private static readonly string[] _aliases = [RotationRig.Old, RotationRig.New, "third-alias"];
        private static readonly CredentialFailureKind?[] _refusals = [null, null, CredentialFailureKind.AccessDenied, CredentialFailureKind.RoleAliasNotFound, CredentialFailureKind.Throttled, CredentialFailureKind.ConnectTimedOut];
        private static readonly UploadFault?[] _writeFaults = [null, null, FakeCloud.Denied, FakeCloud.NoTable, new(FaultKind.Throttled, "slow"), new(FaultKind.StaleCredentials, "unknown"), new(FaultKind.Transient, "cut")];
        private static readonly double[] _seconds = [0.1, 1, 5, 10, 60, 300];

        private readonly TemporaryFolder _folder = new();
        private readonly ManualTimeProvider _time = new();
        private readonly Random _random = new(seed);
        private readonly Queue<PendingReading> _waiting = new();
        private readonly List<(IReadOnlyList<PendingReading> Items, Task<WriteResult> Write)> _writes = [];
        private readonly List<Task<ChangeOutcome>> _changes = [];
        private FakeCloud _cloud = null!;
        private RotationRig _rig = null!;
        private Killer _killer = new();
        private int _readings;
        private bool _wasKilled;

        public List<ChangeResult> Outcomes { get; } = [];

        public async Task RunAsync()
        {
            _cloud = new FakeCloud(_time);
            await StartAsync();
            for (var step = 0; step < Steps; step++)
            {
                await StepAsync();
                await RotationRig.PollAsync();
                Settle();
            }

            foreach (var alias in _aliases) (_cloud[alias].Refusal, _cloud[alias].WriteFault) = (null, null);
            for (var i = 0; !IsQuiet; i++)
            {
                Assert.True(i < 2000, $"{_waiting.Count} wait, {_writes.Count} under way, {_changes.Count} changes, {_rig.State.Status}");
                Write();
                await RotationRig.PollAsync();

                // A busy machine may have been at something else meanwhile.
                if (i > 1800) await ManualTimeProvider.BreatheAsync();
                _time.Advance(TimeSpan.FromSeconds(10));
                Settle();
            }

            await CheckAsync();
            await _rig.DisposeAsync();
        }

        public void Dispose() => _folder.Dispose();

        private bool IsQuiet => _waiting.Count + _writes.Count + _changes.Count == 0 && _rig.State.Status.Phase == RotationPhase.Settled;

        private async Task StepAsync()
        {
            var rules = _cloud[_aliases[_random.Next(_aliases.Length)]];
            switch (_random.Next(20))
            {
                case < 8:
                    Write();
                    break;
                case < 12:
                    _time.Advance(TimeSpan.FromSeconds(_seconds[_random.Next(_seconds.Length)]));
                    break;
                case < 14:
                    rules.Refusal = _refusals[_random.Next(_refusals.Length)] is { } kind ? FakeCloud.Failure(kind) : null;
                    break;
                case < 16:
                    rules.WriteFault = _writeFaults[_random.Next(_writeFaults.Length)];
                    break;
                case < 19:
                    _changes.Add(_rig.RotateAsync(_aliases[_random.Next(_aliases.Length)]));
                    break;
                default:
                    await KillAsync();
                    await StartAsync();
                    break;
            }
        }

        private void Write()
        {
            var record = TestItems.Record(++_readings, _readings);
            _waiting.Enqueue(TestItems.BatchOf([record]).Items[0]);
            if (_writes.Count >= 2) return;
            var items = Enumerable.Range(0, Math.Min(25, _waiting.Count)).Select(_ => _waiting.Dequeue()).ToList();
            _writes.Add((items, _rig.Sink.WriteAsync(items, CancellationToken.None)));
        }

        /// <summary>What the spool does: what is not known to be in the table stays.</summary>
        private void Settle()
        {
            foreach (var (items, write) in _writes.Where(w => w.Write.IsCompleted).ToList())
            {
                _writes.Remove((items, write));
                if (write.Result.Accepted.Count == 0) items.ToList().ForEach(_waiting.Enqueue);
            }

            foreach (var change in _changes.Where(c => c.IsCompleted).ToList())
            {
                _changes.Remove(change);
                Outcomes.Add(change.Result.Result);
            }
        }

        private async Task StartAsync()
        {
            _killer = new Killer(write: File.WriteAllBytes);
            _rig = new RotationRig(_cloud, _time, _folder.Path, write: _killer.Write, seed: seed);
            await _rig.StartAsync();
        }

        private async Task KillAsync()
        {
            _wasKilled = true;
            _killer.Kill();
            foreach (var item in _writes.SelectMany(w => w.Items)) _waiting.Enqueue(item);
            _writes.Clear();
            _changes.Clear();
            Assert.Empty(_rig.ServedUnproven);
            await _rig.DisposeAsync();
        }

        private async Task CheckAsync()
        {
            Assert.Empty(_rig.ServedUnproven);
            Assert.Equal(_rig.State.Active, await _rig.ServedAsync());
            var next = new RoleAliasState(RotationRig.Old, new RoleAliasFile(_folder.Path, new RecordingLogger<RoleAliasFile>()), new RecordingLogger<RoleAliasState>());
            Assert.Equal(_rig.State.Status with { Last = null }, next.Status with { Last = null });
            Assert.Equal(_readings, _cloud.Puts.Count);
            if (!_wasKilled) Assert.All(_cloud.Puts.Values, puts => Assert.Equal(1, puts));
        }
    }
}
