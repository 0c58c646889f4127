using DeviceAgent.Timing;

namespace DeviceAgent.Credentials;

/// <summary>A request for credentials ends by its own limit. One that does not (a hardware key that never answers) would end the renewal for good.</summary>
internal static class WatchedFetch
{
    /// <param name="fetch">Asks for the credentials of a role alias.</param>
    /// <param name="limit">How long it may take at most.</param>
    /// <param name="loops">Know of it while it is under way.</param>
    public static Func<string, CancellationToken, Task<FetchResult>> Of(Func<string, CancellationToken, Task<FetchResult>> fetch, TimeSpan limit, LoopWatch loops) =>
        async (roleAlias, cancellationToken) =>
        {
            var pulse = loops.Pulse($"credentials of {roleAlias}");
            try
            {
                using (pulse.WaitsFor(limit)) return await fetch(roleAlias, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                pulse.Ends();
            }
        };
}
