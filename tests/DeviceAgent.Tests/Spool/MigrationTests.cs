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

    /// <summary>As version 2 wrote it; the checksums too.</summary>
    private const string Version2 = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE readings (
          seq INTEGER PRIMARY KEY,
          class INTEGER NOT NULL,
          ts INTEGER,
          boot_id TEXT NOT NULL,
          mono INTEGER,
          crc INTEGER NOT NULL,
          payload BLOB NOT NULL);
        CREATE INDEX critical_readings ON readings (seq) WHERE class = 1;
        CREATE TABLE dead_letters (
          id INTEGER PRIMARY KEY,
          seq INTEGER NOT NULL,
          ts INTEGER NOT NULL,
          set_aside_at INTEGER NOT NULL,
          reason TEXT NOT NULL,
          payload BLOB NOT NULL,
          class INTEGER NOT NULL DEFAULT 0,
          crc INTEGER);
        CREATE TABLE marks (
          name TEXT PRIMARY KEY,
          value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO readings VALUES (7, 0, 1772366400000, 'boot', 0, 385509583, CAST('a' AS BLOB));
        INSERT INTO readings VALUES (8, 1, 1772366401000, 'boot', NULL, 2541143984, CAST('{"serial_number":"SN1"}' AS BLOB));
        INSERT INTO readings VALUES (12, -1, NULL, 'before', 42000, 2164151938, CAST('{"serial_number":"SN2"}' AS BLOB));
        INSERT INTO readings VALUES (13, 0, 1772366402000, 'later', 5, 1749396023, CAST('b' AS BLOB));
        INSERT INTO dead_letters VALUES (3, 5, 1772366399000, 1772366400000, 'no good', CAST('c' AS BLOB), 0, 1133184029);
        INSERT INTO marks VALUES ('version', 2), ('newest_live', 1772366402000), ('newest_live_seq', 13);
        PRAGMA user_version = 2;
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
        Assert.Equal(SpoolBench.Noon, Bench.Spool.NewestLive);
        var letter = Assert.Single(await Bench.Spool.DeadLettersAsync(0, 10, CancellationToken.None));
        Assert.Equal((3, 5, "no good"), (letter.Id, letter.Sequence, letter.Reason));

        await Bench.AppendAsync(SpoolBench.Entry("b") with { Timestamp = null });
        Assert.Equal(1, Bench.Spool.Status.UnknownTime);
        await Bench.CrashAsync();
        Assert.Equal((3, 1, 0), (Bench.Spool.Count, Bench.Spool.Status.UnknownTime, Bench.Spool.Status.Quarantined));
        await Bench.CloseAsync();
        Assert.Equal("3", SpoolBench.Query(Bench.Path, "PRAGMA user_version"));
        Assert.Equal("0", SpoolBench.Query(Bench.Path, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%readings'"));
        Assert.Equal("ok", SpoolBench.Query(Bench.Path, "PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Open_FileOfVersion2_HasEveryRow()
    {
        SpoolBench.Query(Bench.Path, Version2);
        Assert.Equal((4, 1, 1), (Bench.Spool.Count, Bench.Spool.Status.UnknownTime, Bench.Spool.Status.CountByClass[SpoolClass.Low]));
        Assert.Equal(SpoolBench.Noon.AddSeconds(2), Bench.Spool.NewestLive);
        var asked = new List<UnresolvedReading>();
        Assert.Equal(1, await Bench.Spool.ResolveTimesAsync(_ => r => { asked.Add(r); return new ResolvedReading(SpoolBench.Noon.AddSeconds(9)); }, CancellationToken.None));
        Assert.Equal([("before", 42.0)], asked.Select(r => (r.BootId, r.Monotonic.TotalSeconds)));
        var records = await Bench.PeekAsync();
        Assert.Equal([(7, "a", 0), (8, """{"serial_number":"SN1"}""", 1), (12, """{"serial_number":"SN2"}""", 9), (13, "b", 2)], records.Select(r => (r.Sequence, SpoolBench.Text(r), (r.Timestamp - SpoolBench.Noon).Seconds)));
        Assert.Equal([0, 1, -1, 0], records.Select(r => (int)r.Class));
        var letter = Assert.Single(await Bench.Spool.DeadLettersAsync(0, 10, CancellationToken.None));
        Assert.Equal((3, 5, "no good"), (letter.Id, letter.Sequence, letter.Reason));
        await Bench.AppendAsync(SpoolBench.Entry("d"));
        Assert.Equal(14, (await Bench.PeekAsync())[^1].Sequence);
    }

    [Fact]
    public async Task Open_FileOfVersion2WithARowThatTheMediumChanged_SavesTheOthers()
    {
        SpoolBench.Query(Bench.Path, Version2 + "UPDATE readings SET payload = CAST('x' AS BLOB) WHERE seq = 7");
        Assert.Equal([8, 13], (await Bench.PeekAsync()).Select(r => r.Sequence));
        Assert.Equal((3, 1, 4), (Bench.Spool.Count, Bench.Spool.Status.Quarantined, Bench.Spool.Status.Salvaged));
    }

    /// <summary>A crash between two parts leaves some readings in each form.</summary>
    [Fact]
    public async Task Open_MigrationWasInterrupted_GoesOn()
    {
        SpoolBench.Query(Bench.Path, Version2);
        Assert.Equal(4, Bench.Spool.Count);
        await Bench.CloseAsync();
        SpoolBench.Query(Bench.Path, Version2[Version2.IndexOf("CREATE TABLE readings", StringComparison.Ordinal)..Version2.IndexOf("CREATE INDEX", StringComparison.Ordinal)]
            + "INSERT INTO readings VALUES (14, 0, 1772366403000, 'later', 6, 153757218, CAST('e' AS BLOB)); UPDATE marks SET value = 0 WHERE name = 'clean'");
        Assert.Equal(5, (await Bench.PeekAsync()).Count + Bench.Spool.Status.UnknownTime);
    }

    [Fact]
    public async Task Open_FileOfANewerVersion_IsRefusedAndNotTouched()
    {
        await Bench.FillAsync(0, 1);
        await Bench.CloseAsync();
        SpoolBench.Query(Bench.Path, "PRAGMA user_version = 4; UPDATE marks SET value = 4 WHERE name = 'version'");
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
