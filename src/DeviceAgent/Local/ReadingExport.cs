using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Readings;
using DeviceAgent.Spool;

namespace DeviceAgent.Local;

/// <summary>
/// Readings as lines of NDJSON, as <c>source.kind=stdin</c> and <c>POST /v1/readings</c> take them back. A dead letter has one more
/// property, <c>dead_letter</c>, with its id, its reason and when it was set aside.
/// </summary>
internal static class ReadingExport
{
    public const string ContentType = "application/x-ndjson";

    public const string DeadLetterName = "dead_letter";

    private const int PageSize = 256;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All that waits and has a timestamp, oldest first, without taking it. Rows that the medium has damaged are left out: they become dead letters.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> WaitingAsync(
        ISpool spool, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = 0;
        while (await spool.PeekAsync(new SpoolQuery(PageSize, After: after), cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var record in page)
            {
                if (record.IsSound && ReadingJson.TryRead(record.Payload, out _) is { } sample) yield return Line(sample, record.Timestamp, null);
            }

            after = page[^1].Sequence;
        }
    }

    /// <summary>All dead letters, oldest first.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> DeadLettersAsync(
        ISpool spool, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = 0;
        while (await spool.DeadLettersAsync(after, PageSize, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var letter in page) yield return Line(letter);
            after = page[^1].Id;
        }
    }

    /// <summary>One line, its end included.</summary>
    public static ReadOnlyMemory<byte> Line(DeadLetter letter) =>
        Line(ReadingJson.TryRead(letter.Payload, out _) ?? new Sample([]), letter.Timestamp, letter);

    private static ReadOnlyMemory<byte> Line(Sample sample, DateTimeOffset? timestamp, DeadLetter? letter)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            if (sample.SerialNumber is { } owner) json.WriteString(ReadingJson.SerialNumberName, owner);
            if ((timestamp ?? sample.Timestamp) is { } moment) json.WriteString(ReadingJson.TimestampName, TimestampText.Format(moment));
            foreach (var (name, value) in sample.Attributes)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            if (letter is not null) Write(json, letter);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, DeadLetter letter)
    {
        json.WriteStartObject(DeadLetterName);
        json.WriteNumber("id", letter.Id);
        json.WriteString("reason", letter.Reason);
        json.WriteString("set_aside_at", TimestampText.Format(letter.SetAsideAt));
        if (ReadingJson.TryRead(letter.Payload, out _) is null) json.WriteBase64String("payload_base64", letter.Payload.Span);
        json.WriteEndObject();
    }
}
