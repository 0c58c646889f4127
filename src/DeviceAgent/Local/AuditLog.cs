using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Credentials.Timing;
using DeviceAgent.Readings;
using DeviceAgent.Storage;
using DeviceAgent.Timing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>
/// Who got the device's credentials and who was refused: a JSON object a line. Never a secret. Written in the background, so that no
/// answer waits for the disk. A flood of refusals is counted instead of written: it would wear the flash.
/// </summary>
internal sealed class AuditLog(AuditFile file, LoopWatch loops, TimeProvider time, ILogger<AuditLog> logger) : BackgroundService
{
    private const int MaxWaiting = 1024;
    private const int RefusalsPerSecond = 5;
    private const int RefusalBurst = 50;

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly TokenBucket _refusals = TokenBucket.PerSecond(RefusalsPerSecond, RefusalBurst, time);
    private readonly LoopPulse _pulse = loops.Pulse("audit log");
    private int _leftOut;
    private bool _failing;

    public void Granted(LocalCaller caller, string accessKeyId) => Add(caller, "granted", json => json.WriteString("access_key_id", accessKeyId));

    /// <summary>Something else that was asked for and done.</summary>
    public void Done(LocalCaller caller, string what) => Add(caller, what, _ => { });

    public void Refused(LocalCaller caller, string reason)
    {
        if (_refusals.TryTake() is not null)
        {
            Interlocked.Increment(ref _leftOut);
            return;
        }

        Add(caller, "refused", json => json.WriteString("reason", PrintableText.Of(reason)));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _lines.Writer.TryComplete();
        if (ExecuteTask is { } loop) await loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends when no more lines come.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _lines.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            _pulse.Works();
            var batch = new List<byte[]>();
            while (batch.Count < MaxWaiting && _lines.Reader.TryRead(out var line)) batch.Add(line);
            Write(batch);
            _ = _pulse.Waits();
        }
    }

    private void Write(List<byte[]> lines)
    {
        try
        {
            file.Append(lines);
            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Interlocked.Add(ref _leftOut, lines.Count);
            if (!_failing) logger.AuditFailed(file.Path, e.Message);
            _failing = true;
        }
    }

    private void Add(LocalCaller caller, string outcome, Action<Utf8JsonWriter> rest)
    {
        var leftOut = Interlocked.Exchange(ref _leftOut, 0);
        if (!_lines.Writer.TryWrite(Line(caller, outcome, leftOut, rest))) Interlocked.Add(ref _leftOut, leftOut + 1);
    }

    private byte[] Line(LocalCaller caller, string outcome, int leftOut, Action<Utf8JsonWriter> rest)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", TimestampText.Format(time.GetUtcNow()));
            json.WriteString("way", caller.Channel);
            if (caller.Client is { } client) json.WriteString("client", client);
            if (caller.User is { } user) json.WriteNumber("uid", user);
            if (caller.Process is { } process) json.WriteNumber("pid", process);
            json.WriteString("outcome", outcome);
            rest(json);
            if (leftOut > 0) json.WriteNumber("left_out_before", leftOut);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>A file for its owner only, rotated to <c>audit.log.1</c> when it is full: at most twice its bound on disk.</summary>
internal sealed class AuditFile(string folder, long maxBytes = AuditFile.DefaultMaxBytes)
{
    public const string Name = "audit.log";

    private const long DefaultMaxBytes = 1024 * 1024;
    public string Path { get; } = System.IO.Path.Combine(folder, Name);

    /// <exception cref="IOException">The disk is full, read-only or failing.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written to.</exception>
    public void Append(IReadOnlyCollection<byte[]> lines)
    {
        if (File.Exists(Path) && new FileInfo(Path).Length + lines.Sum(l => l.Length) > maxBytes) File.Move(Path, Path + ".1", overwrite: true);
        using var file = PrivateFile.OpenToAppend(Path);
        RandomAccess.Write(file, [.. lines.SelectMany(l => l)], RandomAccess.GetLength(file));
    }
}
