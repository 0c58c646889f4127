using DeviceAgent.Upload;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Upload;

/// <summary>Whatever the service does: nothing is lost, nothing is in the table that was not sent last, no key is under way twice.</summary>
public class UploaderFaultsProperty
{
    private static readonly FaultKind[] Faults =
        [FaultKind.Transient, FaultKind.Throttled, FaultKind.NoCredentials, FaultKind.StaleCredentials, FaultKind.ClockSkew, FaultKind.Parked];

    [Fact]
    public void Run_RandomFaults_EveryReadingArrivesAndTheLastOfAKeyStays()
    {
        var scenarios =
            from keys in Gen.ListOf(Gen.Choose(1, 120))
            from seed in Gen.Choose(0, int.MaxValue - 1)
            from faultPercent in Gen.Choose(0, 60)
            from concurrency in Gen.Choose(1, 16)
            from batchSize in Gen.Choose(1, 25)
            select new Scenario([.. keys], seed, faultPercent, concurrency, batchSize);
        var config = Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(400);
        Check.One(config, Prop.ForAll(scenarios.ToArbitrary(), RunAsync));
    }

    private static async Task RunAsync(Scenario scenario)
    {
        var options = new UploadOptions { MaxConcurrency = scenario.Concurrency, BatchSize = scenario.BatchSize };
        await using var rig = new UploadRig { Options = options, Seed = scenario.Seed };
        var random = new Random(scenario.Seed);
        for (var i = 0; i < scenario.Keys.Count; i++)
        {
            rig.Spool.Add(TestItems.Noon.AddSeconds(scenario.Keys[i]), null, System.Text.Encoding.UTF8.GetBytes($$"""{"serial_number":"SN1","n":{{i + 1}}}"""));
            if (random.Next(20) == 0) rig.Table.Poison.Add(i + 1);
        }

        rig.Table.Latency = (rig.Time, TimeSpan.FromMilliseconds(50));
        rig.Table.Answer = (table, items) => random.Next(100) < scenario.FaultPercent ? Misbehave(table, items, random) : null;
        await rig.DrainInVirtualTimeAsync();

        var bad = rig.Table.Poison;
        var last = Enumerable.Range(1, scenario.Keys.Count).Where(n => !bad.Contains(n)).GroupBy(n => TestItems.Key(scenario.Keys[n - 1])).ToDictionary(g => g.Key, g => (long)g.Max());
        Assert.Empty(rig.Table.Violations);
        Assert.Equal(bad.Order(), rig.Spool.DeadLetters.Select(d => d.Sequence).Order());
        Assert.Equal(scenario.Keys.Count - bad.Count, rig.Spool.Acknowledged.Distinct().Count());
        Assert.Equal(last, rig.Table.Stored.ToDictionary(s => s.Key, s => s.Value.Record.Sequence));
        Assert.Equal(rig.Spool.Acknowledged.Count, rig.Counted["readings.uploaded"]);
        Assert.Equal(bad.Count, rig.Counted["readings.dead_lettered"]);
    }

    /// <summary>A fault before or after the write, or a part of it.</summary>
    private static WriteResult? Misbehave(FakeSink table, IReadOnlyList<PendingReading> items, Random random)
    {
        if (items.Any(i => table.Poison.Contains(i.Record.Sequence))) return random.Next(2) == 0 ? null : WriteResult.Failed(items, Fault(random));
        var which = random.Next(3);
        if (which == 0) return table.Accept(items, _ => random.Next(2) == 0);
        if (which == 1) table.Accept(items, _ => random.Next(4) > 0);
        return WriteResult.Failed(items, Fault(random));
    }

    private static UploadFault Fault(Random random) => new(Faults[random.Next(Faults.Length)], "misbehaves")
    {
        RetryAfter = random.Next(5) == 0 ? TimeSpan.FromSeconds(random.Next(400)) : null,
        IfRepeated = random.Next(2) == 0 ? FaultKind.Transient : FaultKind.Parked,
    };

    private sealed record Scenario(IReadOnlyList<int> Keys, int Seed, int FaultPercent, int Concurrency, int BatchSize);
}
