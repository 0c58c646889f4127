using DeviceAgent.Storage;

namespace DeviceAgent.Local;

/// <summary>
/// While the socket lies elsewhere, the place in the state directory leads to it, where it was before: the agent's own user and root find it there, whatever
/// the configuration says now. A convenience: where it cannot be made, nothing is lost.
/// </summary>
internal sealed class SocketLink : IDisposable
{
    private readonly string _place;

    private SocketLink(string place) => _place = place;

    /// <param name="stateDirectory">Held by this agent.</param>
    /// <param name="socket">Where it listens; null: nowhere.</param>
    /// <returns>Null where none is needed, or something else is there.</returns>
    public static SocketLink? Make(string stateDirectory, string? socket)
    {
        var place = Path.Combine(stateDirectory, EndpointOptions.SocketName);
        if (socket is null || socket == place || FileStatus.Of(place, follow: false) is { IsFile: true } or { IsFolder: true }) return null;
        try
        {
            // Of an agent that was killed.
            File.Delete(place);
            File.CreateSymbolicLink(place, socket);
            return new SocketLink(place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        try
        {
            if (new FileInfo(_place).LinkTarget is not null) File.Delete(_place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It leads to nothing now, and the next start replaces it.
        }
    }
}
