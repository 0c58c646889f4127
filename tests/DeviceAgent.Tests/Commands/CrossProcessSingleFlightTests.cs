using DeviceAgent.Commands;

namespace DeviceAgent.Tests.Commands;

public sealed class CrossProcessSingleFlightTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fetches;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task GetAsync_TenAtOnce_FetchOnceAndAllGetIt()
    {
        var all = Enumerable.Range(0, 10).Select(_ => Fetch().GetAsync(CancellationToken.None)).ToList();
        await _started.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await UntilConnectedAsync(others: 9);
        _result.SetResult("""{"Version":1}""");
        Assert.All(await Task.WhenAll(all).WaitAsync(TimeSpan.FromSeconds(20)), a => Assert.Equal("""{"Version":1}""", a));
        Assert.Equal(1, _fetches);
        Assert.Equal([CrossProcessSingleFlight.LockName], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
        Assert.Empty(await File.ReadAllBytesAsync(_folder.File(CrossProcessSingleFlight.LockName)));
    }

    [Fact]
    public async Task GetAsync_TheFetchFails_AllAreToldAndNobodyTriesAgain()
    {
        var all = Enumerable.Range(0, 5).Select(_ => Fetch().GetAsync(CancellationToken.None)).ToList();
        await _started.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await UntilConnectedAsync(others: 4);
        _result.SetException(new CommandException("403: attach a policy"));
        foreach (var one in all) Assert.Equal("403: attach a policy", (await Assert.ThrowsAsync<CommandException>(() => one.WaitAsync(TimeSpan.FromSeconds(20)))).Message);
        Assert.Equal(1, _fetches);
    }

    [Fact]
    public async Task GetAsync_TheOneThatFetchesGivesUp_AnotherTakesOver()
    {
        using var stop = new CancellationTokenSource();
        var first = Fetch().GetAsync(stop.Token);
        await _started.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var second = new CrossProcessSingleFlight(_folder.Path, _ => Task.FromResult("second"), TimeProvider.System).GetAsync(CancellationToken.None);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("second", await second.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task GetAsync_SocketLeftOverFromOneThatWasKilled_IsReplaced()
    {
        var address = new System.Net.Sockets.UnixDomainSocketEndPoint(_folder.File(CrossProcessSingleFlight.SocketName));
        using (var dead = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
            dead.Bind(address);
        _result.SetResult("x");
        Assert.Equal("x", await Fetch().GetAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task GetAsync_FolderThatCannotBeUsed_SaysWhatToDo()
    {
        var file = _folder.Write("file", "");
        var fetch = new CrossProcessSingleFlight(file, _ => Task.FromResult("x"), TimeProvider.System);
        Assert.Contains("allowedUsers", (await Assert.ThrowsAsync<CommandException>(() => fetch.GetAsync(CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    /// <summary>The kernel says who waits at the socket: one that comes only after the answer would rightly fetch anew.</summary>
    private async Task UntilConnectedAsync(int others)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var path = _folder.File(CrossProcessSingleFlight.SocketName);
        const int Listening = 1;
        while (File.ReadLines("/proc/net/unix").Count(l => l.EndsWith(path, StringComparison.Ordinal)) < Listening + others) await look.WaitForNextTickAsync(patience.Token);
    }

    private CrossProcessSingleFlight Fetch() => new(_folder.Path, async cancellationToken =>
    {
        Interlocked.Increment(ref _fetches);
        _started.TrySetResult();
        return await _result.Task.WaitAsync(cancellationToken);
    }, TimeProvider.System);
}
