using DeviceAgent.Clock;

namespace DeviceAgent.Credentials;

/// <summary>Credentials by the name of a role alias. The clock learns from every answer.</summary>
/// <param name="fetch">Asks the provider once.</param>
/// <param name="clock">The agent's clock.</param>
internal sealed class AliasSource(Func<string, CancellationToken, Task<FetchResult>> fetch, DeviceClock clock)
{
    /// <summary>Is told what was answered to the source that a cache renews itself from.</summary>
    public event Action<string, FetchResult>? Answered;

    /// <summary>Asks once, for nobody but the caller.</summary>
    public Task<FetchResult> FetchAsync(string roleAlias, CancellationToken cancellationToken) =>
        new TimedFetch(token => fetch(roleAlias, token), clock).FetchAsync(cancellationToken);

    /// <summary>What a cache renews itself from.</summary>
    public Func<CancellationToken, Task<FetchResult>> Of(string roleAlias) => async cancellationToken =>
    {
        var result = await FetchAsync(roleAlias, cancellationToken).ConfigureAwait(false);
        Answered?.Invoke(roleAlias, result);
        return result;
    };
}
