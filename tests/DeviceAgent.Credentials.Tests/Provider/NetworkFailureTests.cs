using System.Net;
using System.Net.Sockets;
using DeviceAgent.Credentials.Tests.Fixtures;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Tests.Provider;

public sealed class NetworkFailureTests
{
    [Fact]
    public async Task Fetch_UnknownName_IsNameResolutionFailed()
    {
        using var test = new ProviderTest("no-such-host.invalid");
        var failure = await test.FailAsync();
        Assert.Equal(NameResolutionFailed, failure.Kind);
        Assert.True(failure.IsTransient);
        Assert.Contains("getent hosts no-such-host.invalid", failure.Remedy);
    }

    [Fact]
    public async Task Fetch_NothingListens_IsConnectionRefused()
    {
        // Bound and never listening: nobody else can take the port meanwhile.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endpoint = $"127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
        using var test = new ProviderTest(endpoint);
        var failure = await test.FailAsync();
        Assert.Equal(ConnectionRefused, failure.Kind);
        Assert.True(failure.IsTransient);
        Assert.Contains(endpoint, failure.Message);
    }

    [Fact]
    public async Task Fetch_HandshakeHangs_IsConnectTimedOut()
    {
        var reached = new TaskCompletionSource();
        await using var server = new TlsServer
        {
            BeforeTls = async (_, stop) =>
            {
                reached.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
                return false;
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        var fetch = test.FailAsync();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        test.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(fetch.IsCompleted);
        test.Time.Advance(TimeSpan.FromSeconds(0.1));
        var failure = await fetch;
        Assert.Equal(ConnectTimedOut, failure.Kind);
        Assert.True(failure.IsTransient);
        Assert.Contains("within 5 s", failure.Message);
        Assert.Contains("ConnectTimeout", failure.Remedy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")]
    public async Task Fetch_AnswerHangs_IsRequestTimedOut(string begun)
    {
        var reached = new TaskCompletionSource();
        await using var server = new TlsServer
        {
            Reply = async (c, stop) =>
            {
                await c.SendAsync(begun);
                reached.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        var fetch = test.FailAsync();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        test.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(fetch.IsCompleted);
        test.Time.Advance(TimeSpan.FromSeconds(0.1));
        var failure = await fetch;
        Assert.Equal(RequestTimedOut, failure.Kind);
        Assert.True(failure.IsTransient);
        Assert.Contains("within 10 s", failure.Message);
        Assert.Contains("RequestTimeout", failure.Remedy);
    }

    public static TheoryData<int, bool> Cuts
    {
        get
        {
            var cuts = new TheoryData<int, bool>();
            var length = Answers.Ok().Length;
            foreach (var at in new[] { 1, 12, 40, length - 120, length - 1 })
            {
                cuts.Add(at, true);
                cuts.Add(at, false);
            }

            return cuts;
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Fetch_CutWithinTheAnswer_IsConnectionLost(int bytes, bool withoutTlsEnd)
    {
        await using var server = new TlsServer
        {
            Reply = async (c, _) =>
            {
                await c.SendAsync(Answers.Ok()[..bytes]);
                if (withoutTlsEnd) c.Socket.Shutdown(SocketShutdown.Send);
            },
        };
        using var test = new ProviderTest(server.Endpoint);
        var failure = await test.FailAsync();
        Assert.Equal(ConnectionLost, failure.Kind);
        Assert.True(failure.IsTransient);
        Assert.DoesNotContain("canary", failure.ToString());
    }
}
