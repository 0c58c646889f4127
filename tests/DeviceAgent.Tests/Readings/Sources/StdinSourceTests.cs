using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings.Sources;

public class StdinSourceTests
{
    [Fact]
    public async Task ReadAsync_BadLinesBetweenGoodOnes_AreToldWithTheirNumbers()
    {
        var source = new StdinSource(() => new MemoryStream(Encoding.UTF8.GetBytes("{\"t\":1}\nnonsense\n\n{\"t\":2,\"serial_number\":\"other\"}\n[]\n")), new TimestampReader(TimestampUnit.Auto, null, TimeProvider.System), new LoopWatch(TimeProvider.System).Pulse("sensing"));

        var samples = await source.ReadAsync(CancellationToken.None).ToListAsync();

        Assert.Equal([1L, 2L, 4L, 5L], samples.Select(s => s.Line!.Value));
        Assert.Equal([false, true, false, true], samples.Select(s => s.Problem is not null));
        Assert.Equal("other", samples[2].SerialNumber);
    }

    [Fact]
    public async Task ReadAsync_TextInNoEncodingThatIsRead_IsRefusedAndEndsTheSource()
    {
        var source = new StdinSource(() => new MemoryStream(Encoding.Unicode.GetBytes("{\"t\":1}\n")), new TimestampReader(TimestampUnit.Auto, null, TimeProvider.System), new LoopWatch(TimeProvider.System).Pulse("sensing"));

        var refused = Assert.Single(await source.ReadAsync(CancellationToken.None).ToListAsync());

        Assert.Equal((1L, "byte 1 is zero: the text looks like utf-16le without a byte order mark; save it as UTF-8; nothing from here on is read"), (refused.Line!.Value, refused.Problem));
    }
}
