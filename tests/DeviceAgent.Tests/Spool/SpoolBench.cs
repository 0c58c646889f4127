using DeviceAgent.Clock;
using System.Text;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Tests.Spool;

/// <summary>A spool on a disk that a test can fill, forbid and damage.</summary>
internal sealed class SpoolBench : IDisposable
{
    public const long Quota = 1000 * (100 + 128);

    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly CountedMetrics _metrics = new();
    private SqliteSpool? _spool;

    public SpoolBench(SpoolOptions? options = null) =>
        (Options, Loops) = (options ?? new SpoolOptions { QuotaBytes = Quota, ReserveBytes = 0 }, new LoopWatch(Time));

    public SpoolOptions Options { get; set; }

    public ManualTimeProvider Time { get; } = new();

    public LoopWatch Loops { get; }

    public RecordingLogger<SqliteSpool> Logger { get; private set; } = new();

    /// <summary>The partition's.</summary>
    public long FreeBytes { get; set; } = long.MaxValue;

    /// <summary>Asked in the place of <see cref="FreeBytes"/> before readings are written.</summary>
    public Func<long>? Space { get; set; }

    /// <summary>The folder as it is held against other agents; null where nobody holds it.</summary>
    public StateDirectory? Held { get; set; }

    /// <summary>SQLite's error code when the file is opened; 0 for none.</summary>
    public int OpenError { get; set; }

    /// <summary>The spool's own connection, for what a disk does to it. Only to be used while the spool is at rest.</summary>
    public SqliteConnection? Connection { get; private set; }

    public string Path => _folder.File("spool.db");

    public string Folder => _folder.Path;

    public SqliteSpool Spool => _spool ??= Open();

    public CountedMetrics Metrics => _metrics;

    public SqliteSpool Open(string bootId = "boot") => Open(Path, bootId);

    public SqliteSpool Open(string path, string bootId) =>
        new(new SpoolStorage(path) { FreeBytes = () => Space?.Invoke() ?? FreeBytes, Connect = Connect, Directory = Held }, Options, new BootClock(bootId, Time), _metrics.Metrics, Loops, Logger);

    public static SpoolEntry Entry(string payload, SpoolClass @class = SpoolClass.Normal, int second = 0) =>
        new(@class, Noon.AddSeconds(second), IsLive: true, Encoding.UTF8.GetBytes(payload));

    /// <summary>A payload of 100 bytes that begins with a number.</summary>
    public static string Payload(int number) => $"{number}".PadRight(100);

    /// <summary>A number, and behind it that many bytes of white space that hardly compress.</summary>
    public static string Bulky(int number, int bytes)
    {
        var random = new Random(number);
        return string.Create(bytes, (number, random), static (text, of) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = " \t\r\n"[of.random.Next(4)];
            of.number.TryFormat(text, out _, default, System.Globalization.CultureInfo.InvariantCulture);
        });
    }

    /// <summary>A number, and behind it that many bytes that compress as little as text can.</summary>
    public static string Dense(int number, int bytes)
    {
        var random = new Random(number);
        return $"{number} " + string.Create(bytes, random, static (text, of) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = (char)of.Next('!', '~' + 1);
        });
    }

    /// <summary>Appends and commits; each reading's outcome, null when it was refused.</summary>
    public async Task<IReadOnlyList<AppendResult?>> AppendAsync(params SpoolEntry[] entries)
    {
        var appends = entries.Select(e => Spool.AppendAsync(e, CancellationToken.None)).ToList();
        await Spool.FlushAsync(CancellationToken.None);
        var results = new List<AppendResult?>();
        foreach (var append in appends)
        {
            try
            {
                results.Add(await append);
            }
            catch (SpoolException)
            {
                results.Add(null);
            }
        }

        return results;
    }

    public Task<IReadOnlyList<AppendResult?>> FillAsync(int from, int count, SpoolClass @class = SpoolClass.Normal) =>
        AppendAsync([.. Enumerable.Range(from, count).Select(i => Entry(Payload(i), @class, i))]);

    public Task<IReadOnlyList<SpoolRecord>> PeekAsync(int max = 100_000, SpoolOrder order = SpoolOrder.OldestFirst, IReadOnlySet<long>? except = null) =>
        Spool.PeekAsync(new SpoolQuery(max, order, except), CancellationToken.None);

    public async Task<List<string>> PayloadsAsync() => [.. (await PeekAsync()).Select(Text)];

    public static string Text(SpoolRecord record) => Encoding.UTF8.GetString(record.Payload.Span).TrimEnd();

    public Task AcknowledgeAsync(params IEnumerable<SpoolRecord> records) => Spool.AcknowledgeAsync([.. records.Select(r => r.Sequence)], CancellationToken.None);

    /// <summary>The spool works through its queue in order: when it has answered twice, what came before is done, upkeep included.</summary>
    public async Task SettleAsync()
    {
        await Spool.PeekAsync(new SpoolQuery(0), CancellationToken.None);
        await Spool.PeekAsync(new SpoolQuery(0), CancellationToken.None);
    }

    public async Task AdvanceAsync(TimeSpan by)
    {
        await SettleAsync();
        Time.Advance(by);
        await SettleAsync();
    }

    public async Task CloseAsync()
    {
        if (_spool is not null) await _spool.DisposeAsync();
        _spool = null;
    }

    /// <summary>Goes on with what a crash at this moment would leave.</summary>
    public async Task CrashAsync()
    {
        await SettleAsync();
        var files = Files().ToDictionary(f => f, File.ReadAllBytes);
        await CloseAsync();
        foreach (var file in Files()) File.Delete(file);
        foreach (var (file, content) in files) await File.WriteAllBytesAsync(file, content);
    }

    public IEnumerable<string> Files() => Directory.GetFiles(_folder.Path);

    /// <summary>Readings in a file that the spool has not open.</summary>
    public static int CountIn(string path)
    {
        using var file = DamagedFile.TryOpen(path)!;
        return file.Readings().Count();
    }

    /// <summary>On a file that the spool has not open.</summary>
    public static string Query(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return $"{command.ExecuteScalar()}";
    }

    /// <summary>Close it first.</summary>
    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    private SqliteConnection Connect(string path)
    {
        if (OpenError != 0) throw new SqliteException("the disk does not work", OpenError, OpenError);
        return Connection = SpoolConnection.Open(path);
    }
}
