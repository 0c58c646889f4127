using System.Text;
using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Sources;

public class BoundedLineReaderTests
{
    [Fact]
    public async Task ReadAsync_AllLineEnds_GivesTheLines() => Assert.Equal(["a", "b", "", "c", "", "d"], await LinesAsync("a\nb\r\n\nc\r\rd"));

    [Fact]
    public async Task ReadAsync_LineThatIsTooLong_CostsOnlyItself()
    {
        var tooLong = new string('x', BoundedLineReader.MaxLineBytes + 1);
        Assert.Equal(["a", null, "b", null], await LinesAsync($"a\n{tooLong}\nb\n{tooLong}"));
    }

    [Fact]
    public async Task ReadAsync_StreamThatNeverAnswers_IsLeftWhenCancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var reading = new BoundedLineReader(new SilentStream()).ReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static async Task<List<string?>> LinesAsync(string text)
    {
        var reader = new BoundedLineReader(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        var lines = new List<string?>();
        while (await reader.ReadAsync(CancellationToken.None) is { } line) lines.Add(line.Problem is not null ? null : Encoding.UTF8.GetString(line.Bytes.Span));
        Assert.Equal(lines.Count, reader.LineNumber);
        return lines;
    }

    /// <summary>As a terminal nobody types on: a read does not end, and cannot be cancelled.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(new TaskCompletionSource<int>().Task);
    }
}
