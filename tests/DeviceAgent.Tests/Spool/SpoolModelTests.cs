using DeviceAgent.Spool;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Spool;

/// <summary>Random lives of a spool against a model of what it has to hold.</summary>
public sealed class SpoolModelTests
{
    private const int QuotaRows = 40;
    private const int MemoryRows = 15;

    /// <summary>They may have an eighth of the quota.</summary>
    private const int MaxDeadLetters = QuotaRows / 8;

    /// <summary>What may happen.</summary>
    public enum Kind
    {
        Append,
        Acknowledge,
        SetAside,
        Crash,
        Restart,
        DiskFull,
        DiskFree,
        Advance,
    }

    [Fact]
    public void Spool_WhateverHappens_HoldsWhatTheModelHolds()
    {
        var steps = ArbMap.Default.GeneratorFor<int>().Select(Math.Abs).Where(n => n >= 0).Zip(
            Gen.Frequency((6, Gen.Constant(Kind.Append)), (4, Gen.Elements(Kind.Acknowledge, Kind.SetAside, Kind.Advance)), (2, Gen.Elements(Enum.GetValues<Kind>()))));
        var lives = steps.Select(s => (Kind: s.Item2, Number: s.Item1)).ListOf().Resize(60).ToArbitrary();
        Prop.ForAll(lives, life => LiveAsync([.. life]).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private static async Task LiveAsync((Kind Kind, int Number)[] life)
    {
        using var bench = new SpoolBench(new SpoolOptions { QuotaBytes = QuotaRows * 228, ReserveBytes = 0, MemoryReadings = MemoryRows });
        var model = new Model();
        try
        {
            foreach (var (kind, number) in life)
            {
                await ActAsync(bench, model, kind, number);
                var records = await bench.PeekAsync();
                Assert.Equal(model.Held.Select(r => r.Payload), records.Select(SpoolBench.Text));
                Assert.True(records.Zip(records.Skip(1)).All(p => p.First.Sequence < p.Second.Sequence));
                var status = bench.Spool.Status;
                Assert.InRange(status.Bytes - (status.InMemory * 228), 0, QuotaRows * 228);
                Assert.Equal(model.Held.Count, status.Count);
                Assert.Equal(model.Shed, ClassCounts.LowestFirst.Select(c => status.Evicted[c]));
                Assert.Equal(model.DeadLetters, status.DeadLetters);
                Assert.Equal(!model.InMemory, status.OnDisk);
            }
        }
        finally
        {
            await bench.CloseAsync();
        }
    }

    private static async Task ActAsync(SpoolBench bench, Model model, Kind kind, int number)
    {
        switch (kind)
        {
            case Kind.Append:
                var entries = Enumerable.Range(0, (number % 9) + 1).Select(_ => (Class: (SpoolClass)((number++ % 3) - 1), Payload: model.NextPayload())).ToList();
                var results = await bench.AppendAsync([.. entries.Select(e => SpoolBench.Entry(e.Payload.PadRight(100), e.Class))]);
                Assert.Equal(model.Append(entries), results);
                break;
            case Kind.Acknowledge:
                var accepted = (await bench.PeekAsync()).Where((_, i) => (i + number) % 3 == 0).ToList();
                await bench.AcknowledgeAsync(accepted);
                model.Held.RemoveAll(r => accepted.Any(a => SpoolBench.Text(a) == r.Payload));
                break;
            case Kind.SetAside when model.DeadLetters < MaxDeadLetters && await bench.PeekAsync(1) is [var first]:
                await bench.Spool.MoveToDeadLettersAsync(first, "bad", CancellationToken.None);
                model.Held.RemoveAt(0);
                model.DeadLetters++;
                break;
            case Kind.Crash when !model.InMemory:
                // An acknowledgement that was not written is forgotten: at least once, so it is made again.
                await bench.AdvanceAsync(TimeSpan.FromMinutes(1));
                await bench.CrashAsync();
                model.Restarted();
                break;
            case Kind.Restart when !model.InMemory:
                await bench.CloseAsync();
                model.Restarted();
                break;
            case Kind.DiskFull:
                await bench.SettleAsync();
                bench.FreeBytes = -1;
                model.IsFull = true;
                break;
            case Kind.DiskFree:
                bench.FreeBytes = long.MaxValue;
                model.IsFull = false;
                break;
            case Kind.Advance:
                await bench.AdvanceAsync(TimeSpan.FromSeconds(10));
                model.TryReturn();
                break;
            default:
                break;
        }
    }

    /// <summary>What is held, oldest first; what came after the disk was full is in memory.</summary>
    private sealed class Model
    {
        private readonly HashSet<string> _refused = [];
        private int _payload;

        public List<(SpoolClass Class, string Payload, bool InMemory)> Held { get; } = [];

        public long[] Shed { get; private set; } = new long[3];

        public long DeadLetters { get; set; }

        public bool IsFull { get; set; }

        public bool InMemory { get; private set; }

        public string NextPayload() => $"{_payload++}";

        public List<AppendResult?> Append(List<(SpoolClass Class, string Payload)> entries)
        {
            InMemory |= IsFull;
            foreach (var (@class, payload) in entries)
            {
                Held.Add((@class, payload, InMemory));
                if (InMemory) Trim(MemoryRows, r => r.InMemory, [payload]);
            }

            if (!InMemory) Trim(QuotaRows, _ => true, [.. entries.Select(e => e.Payload)]);
            var result = InMemory ? AppendResult.MemoryOnly : AppendResult.Durable;

            // In memory a reading is taken first, and may give way to a later one of its group.
            return [.. entries.Select(e => _refused.Contains(e.Payload) ? (AppendResult?)null : result)];
        }

        public void TryReturn()
        {
            if (IsFull || !InMemory) return;
            InMemory = false;
            for (var i = 0; i < Held.Count; i++) Held[i] = Held[i] with { InMemory = false };
            Trim(QuotaRows, _ => true, []);
        }

        public void Restarted() => Shed = new long[3];

        /// <summary>Gives up the oldest of the lowest class; a reading that is only just coming is refused.</summary>
        private void Trim(int rows, Func<(SpoolClass Class, string Payload, bool InMemory), bool> counts, HashSet<string> coming)
        {
            while (Held.Where(counts).ToList() is { } held && held.Count > rows)
            {
                var victim = held.OrderBy(r => r.Class).First();
                Held.Remove(victim);
                if (coming.Contains(victim.Payload)) _refused.Add(victim.Payload);
                else Shed[(int)victim.Class + 1]++;
            }
        }
    }
}
