using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

/// <summary>A sink that is not DynamoDB: one reading a line of a file. It is all that a second sink has to bring.</summary>
internal sealed class FileSink(string path) : IReadingSink, IReadingLimits
{
    /// <summary>A file has no duplicates: what was written before is left out.</summary>
    private readonly HashSet<ReadingKey> _written = [];

    /// <summary>Readings in each request that was begun.</summary>
    public List<int> Requests { get; } = [];

    public RequestLimits RequestLimits { get; } = new(MaxReadings: 10, TargetBytes: 4096);

    public IReadingLimits ReadingLimits => this;

    public IReadOnlySet<string> ReservedNames { get; } = new HashSet<string>();

    public int MaxSerialNumberBytes => 100;

    public int MaxNameBytes => 100;

    public int MaxDepth => 2;

    public int MaxBytes => 200;

    public string? FindProblem(ReadingValue.Number number) => number.Digits.Length > 20 ? "a number is too long" : null;

    public int SizeOf(Reading reading) => ReadingJson.Write(reading).Length;

    public Task<UploadFault?> CheckAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Directory.Exists(Path.GetDirectoryName(path)) ? null : new UploadFault(FaultKind.Parked, "The folder is not there.", "Make it."));

    public async Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken)
    {
        Requests.Add(readings.Count);
        if (readings.Any(r => JsonOf(r).Contains("\"forbidden\":", StringComparison.Ordinal))) return WriteResult.Failed(readings, new UploadFault(FaultKind.Rejected, "A reading is forbidden."));
        try
        {
            var lines = readings.Where(r => !_written.Contains(r.Key)).Select(r => JsonOf(r));
            await File.AppendAllLinesAsync(path, lines, cancellationToken);
            _written.UnionWith(readings.Select(r => r.Key));
            return new WriteResult(readings, [], null);
        }
        catch (IOException e)
        {
            return WriteResult.Failed(readings, new UploadFault(FaultKind.Transient, e.Message));
        }
    }

    public Task<UploadFault?> RefreshAsync(CancellationToken cancellationToken) => Task.FromResult<UploadFault?>(null);

    private static string JsonOf(PendingReading reading) => Encoding.UTF8.GetString(reading.Record.Payload.Span);
}
