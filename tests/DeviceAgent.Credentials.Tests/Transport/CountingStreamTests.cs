using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Credentials.Tests.Transport;

public sealed class CountingStreamTests : IDisposable
{
    private readonly MemoryStream _inner = new();
    private readonly List<long> _received = [];
    private readonly List<long> _sent = [];

    [Fact]
    public async Task Read_EveryWay_IsCountedAndTheEndIsNot()
    {
        _inner.Write("0123456789"u8);
        _inner.Position = 0;
        await using var stream = Counting();
        var buffer = new byte[4];
        Assert.Equal(1, stream.Read(buffer, 0, 1));
        Assert.Equal(2, stream.Read(buffer.AsSpan(0, 2)));
        Assert.Equal(3, await stream.ReadAsync(buffer.AsMemory(0, 3)));
        // The old overload is what is tested.
#pragma warning disable CA1835
        Assert.Equal(4, await stream.ReadAsync(buffer, 0, 4, CancellationToken.None));
#pragma warning restore CA1835
        Assert.Equal("6789"u8.ToArray(), buffer);
        Assert.Equal(0, await stream.ReadAsync(buffer));
        Assert.Equal([1, 2, 3, 4], _received);
        Assert.Empty(_sent);
    }

    [Fact]
    public async Task Write_EveryWay_IsCountedAndPassedOn()
    {
        await using var stream = Counting();
        var data = "0123"u8.ToArray();
        stream.Write(data, 0, 1);
        stream.Write(data.AsSpan(1, 2));
        await stream.WriteAsync(data.AsMemory(3));
#pragma warning disable CA1835
        await stream.WriteAsync(data, 0, 4, CancellationToken.None);
#pragma warning restore CA1835
        await stream.FlushAsync();
        Assert.Equal("01230123"u8.ToArray(), _inner.ToArray());
        Assert.Equal([1, 2, 1, 4], _sent);
        Assert.Empty(_received);
    }

    [Fact]
    public async Task Dispose_Asynchronously_DisposesTheInner()
    {
        await Counting().DisposeAsync();
        Assert.False(_inner.CanRead);
    }

    public void Dispose() => _inner.Dispose();

    private CountingStream Counting() => new(_inner, _received.Add, _sent.Add);
}
