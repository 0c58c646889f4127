using DeviceAgent.Clock;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Readings;

/// <summary>
/// Lives of a device, made up at random: readings, steps of its clock, answers of AWS, restarts of the agent and of the device, at any
/// moment. Whatever happens, the timestamps of one serial number strictly increase in the order in which the readings were taken.
/// </summary>
public class TimestampOrderTests
{
    private const int Steps = 300;

    [Fact]
    public void Lives_OfAnyKind_TimestampsStrictlyIncreaseAndNoneIsLost()
    {
        for (var seed = 0; seed < 300; seed++) new Life(seed).Run(clockSteps: true);
    }

    /// <summary>Where AWS tells the truth, what is not estimated is right.</summary>
    [Fact]
    public void Lives_OnSteadyClocks_TimestampsAreTrue()
    {
        for (var seed = 0; seed < 300; seed++) new Life(seed).Run(clockSteps: false);
    }

    private sealed class Row(string boot, TimeSpan monotonic, string serial, DateTimeOffset truth)
    {
        public string Boot => boot;

        public TimeSpan Monotonic => monotonic;

        public string Serial => serial;

        public DateTimeOffset Truth => truth;

        public DateTimeOffset? Timestamp { get; set; }

        public bool IsEstimated { get; set; }
    }

    private sealed class Life(int seed)
    {
        private static readonly DateTimeOffset Built = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

        private readonly Random _random = new(seed);
        private readonly List<Row> _rows = [];
        private readonly ManualTimeProvider _truth = new();
        private ManualTimeProvider _system = null!;
        private DeviceClock _clock = null!;
        private LiveTimestamps _timestamps = null!;
        private TimestampResolver? _restamping;
        private LastKnownTime? _saved;
        private LastKnownTime? _earlier;
        private string _boot = "";
        private bool _synchronised;

        private DateTimeOffset NewestLive => _rows.Max(r => r.Timestamp) ?? DateTimeOffset.MinValue;

        public void Run(bool clockSteps)
        {
            Boot();
            for (var step = 0; step < Steps; step++)
            {
                switch (_random.Next(24))
                {
                    case < 12: Take(); break;
                    case < 17: Pass(TimeSpan.FromMilliseconds(_random.Next(0, 3) * _random.Next(0, 60_000))); break;
                    case 17: ServerAnswers(); break;
                    case 18: Start(); break;
                    case 19 when _random.Next(4) == 0: Boot(); break;
                    case 20 when clockSteps: _system.StepWallClock(TimeSpan.FromSeconds(_random.Next(-7200, 7200))); break;
                    case 21 when clockSteps: _synchronised = !_synchronised; break;
                    default: TimeMayBeKnown(); break;
                }
            }

            ServerAnswers();
            TimeMayBeKnown();
            Check(clockSteps);
        }

        private void Check(bool clockSteps)
        {
            Assert.All(_rows, r => Assert.True(r.Timestamp > Built, $"seed {seed}: {r.Timestamp}"));
            foreach (var one in _rows.GroupBy(r => r.Serial))
            {
                var times = one.Select(r => r.Timestamp!.Value).ToList();
                for (var i = 1; i < times.Count; i++) Assert.True(times[i] > times[i - 1], $"seed {seed}, {one.Key}, row {i}: {times[i]:O} after {times[i - 1]:O}");
            }

            if (clockSteps) return;
            Assert.All(_rows.Where(r => !r.IsEstimated), r => Assert.True((r.Timestamp!.Value - r.Truth).Duration() < TimeSpan.FromSeconds(2), $"seed {seed}: {r.Timestamp:O}, in truth {r.Truth:O}"));
            Assert.All(_rows.Where(r => r.IsEstimated), r => Assert.True(r.Timestamp < _truth.GetUtcNow(), $"seed {seed}: estimated {r.Timestamp:O}"));
        }

        /// <summary>The device starts: with the time of 1970, with one that was saved hours ago, or with the right one.</summary>
        private void Boot()
        {
            _truth.Advance(TimeSpan.FromSeconds(_random.Next(20, 90_000)));
            _boot = $"boot {_rows.Count}-{_random.Next()}";
            _synchronised = false;
            _system = new ManualTimeProvider(_random.Next(3) switch { 0 => DateTimeOffset.UnixEpoch, 1 => _truth.GetUtcNow().AddHours(-5), _ => _truth.GetUtcNow() });
            Pass(TimeSpan.FromSeconds(10));
            Start();
        }

        /// <summary>The agent starts. What a reading was denied before the end of the last run is in the spool.</summary>
        private void Start()
        {
            _clock = new DeviceClock(_system, () => _synchronised, Built, trustSystemTime: false, new RecordingLogger<DeviceClock>());
            if (_saved is not null) _clock.Recall(_saved, _boot);
            _clock.RaiseFloor(NewestLive);
            _earlier = _saved;
            _timestamps = new LiveTimestamps(_clock);
            _restamping = null;
        }

        private void Take()
        {
            var serial = $"SN{_random.Next(3)}";
            _rows.Add(new Row(_boot, TimeSpan.FromMilliseconds(Math.Floor(_clock.Monotonic.TotalMilliseconds)), serial, _truth.GetUtcNow()) { Timestamp = _timestamps.Next(serial) });
        }

        private void Pass(TimeSpan time)
        {
            _truth.Advance(time);
            _system.Advance(time);
        }

        private void ServerAnswers()
        {
            var now = _truth.GetUtcNow();
            _clock.Observe(now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)), _clock.Monotonic, _clock.Monotonic);
        }

        /// <summary>As TimestampResolverService does it: stamp what waits, then open; now and then the device dies in between.</summary>
        private void TimeMayBeKnown()
        {
            if (_restamping is not null || _clock.TrustedAnchor is not { } anchor) return;
            var resolution = new TimestampResolver(_boot, anchor, _earlier, NewestLive);
            _saved = new LastKnownTime(_clock.GetUtcNow(), _boot, (long)_clock.Monotonic.TotalMilliseconds);
            Stamp(resolution);
            if (_random.Next(10) == 0) return;

            var late = _random.Next(4);
            for (var i = 0; i < late; i++) Take();
            Pass(TimeSpan.FromMilliseconds(_random.Next(3)));
            _timestamps.Open(_ =>
            {
                var end = NewestLive > _clock.GetUtcNow() ? NewestLive : _clock.GetUtcNow();
                resolution.EndAt(end);
                return end + TimeSpan.FromMilliseconds(late + 100);
            });
            var waiting = _rows.Where(r => r.Timestamp is null).ToList();
            Stamp(resolution);
            Assert.True(waiting.Count == late, $"seed {seed}");
            _restamping = resolution;
        }

        private void Stamp(TimestampResolver resolution)
        {
            var waiting = _rows.Where(r => r.Timestamp is null).ToList();
            var resolve = resolution.Plan([.. waiting.GroupBy(r => r.Boot).Select(g => new UnresolvedBoot(g.Key, g.Max(r => r.Monotonic)))]);
            foreach (var row in waiting)
            {
                var resolved = resolve(new UnresolvedReading(0, row.Boot, row.Monotonic, System.Text.Encoding.UTF8.GetBytes($$"""{"serial_number":"{{row.Serial}}"}""")));
                (row.Timestamp, row.IsEstimated) = (resolved.Timestamp, resolved.Payload is not null);
            }
        }
    }
}
