using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Spool;

public sealed class MigrationTests : SpoolTest
{
    /// <summary>As version 1 wrote it; the checksums too.</summary>
    private const string Version1 = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE readings (
          seq INTEGER PRIMARY KEY,
          class INTEGER NOT NULL,
          ts INTEGER NOT NULL,
          boot_id TEXT NOT NULL,
          mono INTEGER,
          crc INTEGER NOT NULL,
          payload BLOB NOT NULL);
        CREATE TABLE dead_letters (
          id INTEGER PRIMARY KEY,
          seq INTEGER NOT NULL,
          ts INTEGER NOT NULL,
          set_aside_at INTEGER NOT NULL,
          reason TEXT NOT NULL,
          payload BLOB NOT NULL);
        CREATE TABLE marks (
          name TEXT PRIMARY KEY,
          value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO readings VALUES (7, 0, 1772366400000, 'boot', 0, 385509583, CAST('a' AS BLOB));
        INSERT INTO readings VALUES (8, 1, 1772366401000, 'boot', NULL, 2541143984, CAST('{"serial_number":"SN1"}' AS BLOB));
        INSERT INTO dead_letters VALUES (3, 5, 1772366399000, 1772366400000, 'no good', CAST('c' AS BLOB));
        INSERT INTO marks VALUES ('newest_live', 1772366400000), ('newest_live_seq', 7);
        PRAGMA user_version = 1;
        """;

    [Fact]
    public async Task Open_FileOfVersion1_HasEveryRow()
    {
        SpoolBench.Query(Bench.Path, Version1);
        var records = await Bench.PeekAsync();
        Assert.Equal(["a", """{"serial_number":"SN1"}"""], records.Select(SpoolBench.Text));
        Assert.Equal([7, 8], records.Select(r => r.Sequence));
        Assert.Equal([SpoolClass.Normal, SpoolClass.Critical], records.Select(r => r.Class));
        Assert.Equal([SpoolBench.Noon, SpoolBench.Noon.AddSeconds(1)], records.Select(r => r.Timestamp));
        Assert.All(records, r => Assert.True(r.IsSound));
        Assert.Equal(SpoolBench.Noon, Bench.Spool.NewestLive);
        var letter = Assert.Single(await Bench.Spool.DeadLettersAsync(0, 10, CancellationToken.None));
        Assert.Equal((3, 5, "no good"), (letter.Id, letter.Sequence, letter.Reason));

        await Bench.AppendAsync(SpoolBench.Entry("b") with { Timestamp = null });
        Assert.Equal(1, Bench.Spool.Status.UnknownTime);
        await Bench.CrashAsync();
        Assert.Equal((3, 1, 0), (Bench.Spool.Count, Bench.Spool.Status.UnknownTime, Bench.Spool.Status.Quarantined));
        await Bench.CloseAsync();
        Assert.Equal("2", SpoolBench.Query(Bench.Path, "PRAGMA user_version"));
        Assert.Equal("ok", SpoolBench.Query(Bench.Path, "PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Open_FileOfANewerVersion_IsRefusedAndNotTouched()
    {
        await Bench.FillAsync(0, 1);
        await Bench.CloseAsync();
        SpoolBench.Query(Bench.Path, "PRAGMA user_version = 3; UPDATE marks SET value = 3 WHERE name = 'version'");
        var before = await File.ReadAllBytesAsync(Bench.Path);
        var refused = Assert.Throws<SpoolException>(() => Bench.Open());
        Assert.Contains("newer agent", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Bench.Path));
    }

    [Fact]
    public async Task Open_AfterAGoodEnd_TakesTheCountsFromTheMarks()
    {
        await Bench.FillAsync(0, 5, SpoolClass.Low);
        await Bench.FillAsync(5, 5);
        await Bench.CloseAsync();
        var status = Bench.Spool.Status;
        Assert.Equal((10, 5, 5, 10 * 228L), (status.Count, status.CountByClass[SpoolClass.Low], status.CountByClass[SpoolClass.Normal], status.Bytes));

        // The proof that they come from there; a crash makes them be counted again.
        await Bench.CloseAsync();
        SpoolBench.Query(Bench.Path, "UPDATE marks SET value = 50 WHERE name = 'count_0'");
        Assert.Equal(55, Bench.Spool.Count);
        await Bench.FillAsync(10, 1);
        await Bench.CrashAsync();
        Assert.Equal(11, Bench.Spool.Count);
    }
}
