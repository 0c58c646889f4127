using DeviceAgent.Control;

namespace DeviceAgent.Tests.Control;

/// <summary>The agent is killed at each point at which something leaves it or takes effect, and started again with what was on disk then.</summary>
public class KillTests
{
    /// <summary>More than there are, whatever comes first of what goes on at once.</summary>
    private const int Points = 24;

    /// <summary>At least so many are reached before the end.</summary>
    private const int Kills = 6;

    [Fact]
    public async Task Job_KilledAtEveryPoint_EndsOnceWithTheNewAlias()
    {
        var kills = 0;
        for (var point = 0; point < Points; point++) kills += await JobAsync(point) ? 1 : 0;
        Assert.InRange(kills, Kills, Points);
    }

    [Fact]
    public async Task DesiredAlias_KilledAtEveryPoint_IsInForceAndReported()
    {
        var kills = 0;
        for (var point = 0; point < Points; point++) kills += await DesiredAsync(point) ? 1 : 0;
        Assert.InRange(kills, Kills, Points);
    }

    /// <returns>Whether it was killed before the end.</returns>
    private static async Task<bool> JobAsync(int point)
    {
        await using var rig = new ControlRig();
        var kill = new Kill(rig, point);
        rig.Cloud.Jobs.Create("j1", """{"operation":"rotate-role-alias","roleAlias":"fleet-v2"}""");
        await rig.StartAsync();
        await rig.Cloud.WaitAsync(() => kill.IsDone || rig.Cloud.Jobs["j1"].IsOver, "killed or done");
        var wasKnown = await kill.FinishAsync() && kill.Remembered?.Jobs.Count == 1;
        var askedBefore = rig.Rotation.Asked.Count;
        if (kill.IsDone) await rig.StartAsync();

        await rig.Cloud.WaitAsync(() => rig.Cloud.Jobs["j1"].Status == "SUCCEEDED", $"point {point}");
        await rig.Cloud.WaitAsync(() => (string?)rig.Cloud.Shadow.Reported["roleAlias"] == "fleet-v2" && rig.Cloud.Shadow.Reported["executing"] is null, $"point {point}: reported");
        if (wasKnown) Assert.Equal(askedBefore, rig.Rotation.Asked.Count);
        Assert.Equal("fleet-v2", rig.Rotation.Alias);
        Assert.Null(rig.Record.Executing);
        return kill.IsDone;
    }

    private static async Task<bool> DesiredAsync(int point)
    {
        await using var rig = new ControlRig();
        var kill = new Kill(rig, point);
        rig.Cloud.Shadow.Desire("""{"roleAlias":"fleet-v2","source":{"intervalSeconds":2}}""");
        await rig.StartAsync();
        await rig.Cloud.WaitAsync(() => kill.IsDone || IsReported(rig), "killed or done");
        await kill.FinishAsync();
        if (kill.IsDone) await rig.StartAsync();

        await rig.Cloud.WaitAsync(() => IsReported(rig), $"point {point}");
        Assert.Equal(TimeSpan.FromSeconds(2), rig.InForce.Sources[0].Interval);
        Assert.InRange(rig.Rotation.Asked.Count, 1, 2);
        return kill.IsDone;
    }

    private static bool IsReported(ControlRig rig) =>
        (string?)rig.Cloud.Shadow.Reported["roleAlias"] == "fleet-v2" && (double?)rig.Cloud.Shadow.Reported["source"]?["intervalSeconds"] == 2 && rig.Cloud.Shadow.Reported["executing"] is null;

    /// <summary>Ends the first agent at the given point: from then on nothing of it reaches the cloud, and its disk is as it was then.</summary>
    private sealed class Kill
    {
        private readonly ControlRig _rig;
        private readonly int _point;
        private readonly Lock _gate = new();
        private int _passed;
        private volatile bool _done;
        private bool _revived;
        private byte[]? _disk;

        public Kill(ControlRig rig, int point)
        {
            (_rig, _point) = (rig, point);
            rig.Cloud.OnMessage = (_, _) => Lives();
            rig.Cloud.OnAnswer = _ => Lives();
            rig.Rotation.At = _ =>
            {
                // A killed process does nothing any more.
                if (!Lives()) throw new OperationCanceledException("killed");
            };
        }

        public bool IsDone => _done;

        public ControlRecord? Remembered { get; private set; }

        /// <summary>Puts the disk back to what it was at the kill; false when there was none, and then there is none any more.</summary>
        public async Task<bool> FinishAsync()
        {
            lock (_gate)
            {
                _revived = !_done;
                if (_revived) return false;
            }

            await _rig.StopAsync();
            Directory.CreateDirectory(_rig.StateDirectory);
            if (_disk is null) File.Delete(_rig.MemoryPath);
            else File.WriteAllBytes(_rig.MemoryPath, _disk);
            Remembered = ControlState.Recall(_rig.StateDirectory).Record;
            lock (_gate) _revived = true;
            return true;
        }

        private bool Lives()
        {
            lock (_gate)
            {
                if (_revived) return true;
                if (_done || ++_passed <= _point) return !_done;
                _disk = File.Exists(_rig.MemoryPath) ? File.ReadAllBytes(_rig.MemoryPath) : null;
                _done = true;
            }

            _rig.Cloud.Signal();
            return false;
        }
    }
}
