using System.Text;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings.Sources;

public class StdinSourceTests
{
    [Fact]
    public async Task ReadAsync_BadLinesBetweenGoodOnes_LogsTheirNumbersAndGoesOn()
    {
        var logger = new RecordingLogger<StdinSource>();
        var source = new StdinSource(() => new MemoryStream(Encoding.UTF8.GetBytes("{\"t\":1}\nnonsense\n\n{\"t\":2,\"serial_number\":\"other\"}\n[]\n")), new LoopWatch(TimeProvider.System).Pulse("sensing"), logger);

        var samples = await source.ReadAsync(CancellationToken.None).ToListAsync();

        Assert.Equal([1L, 4L], samples.Select(s => s.Line!.Value));
        Assert.Equal("other", samples[1].SerialNumber);
        Assert.Equal(["Line 2 of the input", "Line 5 of the input"], logger.Entries.Select(e => e.Text[..19]));
    }
}
