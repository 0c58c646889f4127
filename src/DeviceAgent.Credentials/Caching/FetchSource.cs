namespace DeviceAgent.Credentials.Caching;

/// <summary>Where credentials come from, until it is disposed: that cancels a fetch that is running.</summary>
internal sealed class FetchSource : IDisposable
{
    private readonly Func<CancellationToken, Task<FetchResult>> _fetch;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _token;

    public FetchSource(Func<CancellationToken, Task<FetchResult>> fetch)
    {
        _fetch = fetch;
        _token = _stop.Token;
    }

    public CancellationToken Stopped => _token;

    public bool IsStopped => _token.IsCancellationRequested;

    public Task<FetchResult> FetchAsync() => _fetch(_token);

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
