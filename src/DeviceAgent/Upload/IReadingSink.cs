using DeviceAgent.Credentials;
using DeviceAgent.Readings;
using DeviceAgent.Spool;

namespace DeviceAgent.Upload;

/// <summary>Where readings go, as far as the upload needs to know. Failures that are to be expected are results.</summary>
/// <remarks>
/// Writing a reading again must do no harm: what was written before an answer was lost is sent once more. docs/architecture.md says how to add a sink.
/// </remarks>
internal interface IReadingSink
{
    /// <summary>What fits into one request.</summary>
    RequestLimits RequestLimits { get; }

    /// <summary>What a single reading must satisfy; it is judged by them before it is stored.</summary>
    IReadingLimits ReadingLimits { get; }

    /// <summary>Something waits for the next write to learn from its answer: a batch goes as soon as there is a reading.</summary>
    bool AwaitsWrite => false;

    /// <summary>What is wrong with the place that the readings go to, or null when it will do or may not be looked at.</summary>
    Task<UploadFault?> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Writes readings with different keys.</summary>
    Task<WriteResult> WriteAsync(IReadOnlyList<PendingReading> readings, CancellationToken cancellationToken);

    /// <summary>Fetches new credentials; null when that succeeded.</summary>
    Task<UploadFault?> RefreshAsync(CancellationToken cancellationToken);
}

/// <summary>What fits into one request of a sink.</summary>
/// <param name="MaxReadings">The most readings.</param>
/// <param name="TargetBytes">Requests stay below this where their readings allow: what is lost by a broken connection is little.</param>
/// <param name="BytesPerReading">What each reading needs beside its text.</param>
/// <param name="Expansion">How many bytes a byte of a reading's text becomes at most.</param>
internal sealed record RequestLimits(int MaxReadings, int TargetBytes, int BytesPerReading = 0, int Expansion = 1)
{
    /// <summary>An estimate, rather too high, of what a reading takes in a request.</summary>
    public int BytesOf(SpoolRecord record) => (Expansion * record.Payload.Length) + BytesPerReading;
}

/// <summary>What makes a reading this one and no other: a later one of the same key takes its place.</summary>
/// <param name="SerialNumber">Who measured.</param>
/// <param name="Timestamp">When, as it is uploaded: to the last digit that is known.</param>
internal readonly record struct ReadingKey(string SerialNumber, string Timestamp)
{
    public static ReadingKey Of(Reading reading) => new(reading.SerialNumber, reading.Timestamp.ToString());
}

/// <summary>A record of the spool on its way to the sink: its JSON is sound, and has this key.</summary>
internal sealed record PendingReading(SpoolRecord Record, ReadingKey Key);

/// <summary>The outcome of one request.</summary>
/// <param name="Accepted">Readings that have arrived.</param>
/// <param name="Unprocessed">Readings that the service did not get to; to be sent again.</param>
/// <param name="Fault">Null when the request as such succeeded; else nothing is known to have arrived.</param>
internal sealed record WriteResult(IReadOnlyList<PendingReading> Accepted, IReadOnlyList<PendingReading> Unprocessed, UploadFault? Fault)
{
    public static WriteResult Failed(IReadOnlyList<PendingReading> readings, UploadFault fault) => new([], readings, fault);
}

/// <summary>Opens the sink with other credentials than the active ones, over the same connections.</summary>
/// <param name="credentials">Asked for at each request.</param>
internal delegate OpenedSink OpenSink(Func<TemporaryCredentials> credentials);

/// <summary>A sink with the client that belongs to it alone.</summary>
internal sealed record OpenedSink(IReadingSink Sink, IDisposable Client) : IDisposable
{
    public void Dispose() => Client.Dispose();
}
