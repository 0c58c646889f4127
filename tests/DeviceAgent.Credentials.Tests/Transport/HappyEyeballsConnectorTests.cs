using System.Net;
using System.Net.Sockets;
using DeviceAgent.TestSupport;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Credentials.Tests.Transport;

public class HappyEyeballsConnectorTests
{
    private static readonly DnsEndPoint Host = new("dynamodb.test", 443);
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2"), IPAddress.Parse("192.0.2.1")];

    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _tried = [];
    private readonly Dictionary<string, Func<CancellationToken, Task<Stream>>> _hosts = [];

    [Fact]
    public void Interleave_BothFamilies_TakesThemInTurn()
    {
        var addresses = new[] { "2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2" }.Select(IPAddress.Parse).ToList();
        Assert.Equal(["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"], AddressOrder.Interleave(addresses).Select(a => a.ToString()));
    }

    [Fact]
    public async Task ConnectAsync_FirstAnswers_TriesNoOther()
    {
        var stream = new MemoryStream();
        _hosts["2001:db8::1"] = _ => Task.FromResult<Stream>(stream);
        Assert.Same(stream, await NewConnector().ConnectAsync(Host, CancellationToken.None));
        Assert.Equal(["2001:db8::1"], _tried);
    }

    [Fact]
    public async Task ConnectAsync_FirstFails_TriesTheOtherFamilyAtOnce()
    {
        var stream = new MemoryStream();
        _hosts["2001:db8::1"] = _ => Task.FromException<Stream>(new SocketException((int)SocketError.NetworkUnreachable));
        _hosts["192.0.2.1"] = _ => Task.FromResult<Stream>(stream);
        Assert.Same(stream, await NewConnector().ConnectAsync(Host, CancellationToken.None));
        Assert.Equal(["2001:db8::1", "192.0.2.1"], _tried);
    }

    [Fact]
    public async Task ConnectAsync_FirstLeadsNowhere_TriesTheNextAfterAQuarterOfASecondAndGivesTheFirstUp()
    {
        var stream = new MemoryStream();
        var givenUp = new TaskCompletionSource();
        _hosts["2001:db8::1"] = async token =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
                return Stream.Null;
            }
            finally
            {
                givenUp.SetResult();
            }
        };
        _hosts["192.0.2.1"] = _ => Task.FromResult<Stream>(stream);
        var connect = NewConnector().ConnectAsync(Host, CancellationToken.None);
        await _time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromMilliseconds(250), _time.NextTimer);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Same(stream, await connect);
        await givenUp.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task ConnectAsync_LoserComesLate_IsClosed()
    {
        var late = new TaskCompletionSource<Stream>();
        _hosts["2001:db8::1"] = _ => late.Task;
        _hosts["192.0.2.1"] = _ => Task.FromResult<Stream>(new MemoryStream());
        var connect = NewConnector().ConnectAsync(Host, CancellationToken.None);
        await _time.WaitForTimersAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        await connect;
        var loser = new WatchedStream();
        late.SetResult(loser);
        await loser.Closed.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task ConnectAsync_AllFail_ThrowsTheFirstFailure()
    {
        foreach (var address in Addresses) _hosts[address.ToString()] = _ => Task.FromException<Stream>(new SocketException((int)(_tried.Count == 1 ? SocketError.ConnectionRefused : SocketError.NetworkUnreachable)));
        var e = await Assert.ThrowsAsync<SocketException>(() => NewConnector().ConnectAsync(Host, CancellationToken.None));
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
        Assert.Equal(3, _tried.Count);
    }

    [Fact]
    public async Task ConnectAsync_Cancelled_Throws()
    {
        foreach (var address in Addresses) _hosts[address.ToString()] = token => new TaskCompletionSource<Stream>().Task.WaitAsync(token);
        using var cancellation = new CancellationTokenSource();
        var connect = NewConnector().ConnectAsync(Host, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect);
    }

    private HappyEyeballsConnector NewConnector() => new(
        _time,
        (_, _) => Task.FromResult(Addresses),
        (address, token) =>
        {
            _tried.Add(address.Address.ToString());
            return _hosts[address.Address.ToString()](token);
        });

    private sealed class WatchedStream : MemoryStream
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Closed => _closed.Task;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _closed.TrySetResult();
        }
    }
}
