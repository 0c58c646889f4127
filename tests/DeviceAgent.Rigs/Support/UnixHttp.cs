using System.Net.Sockets;

namespace DeviceAgent.Rigs.Support;

/// <summary>HTTP over a Unix socket.</summary>
internal static class UnixHttp
{
    /// <summary>A client whose every request goes to the socket, which need not be there yet.</summary>
    public static HttpClient Client(string socket) => new(new SocketsHttpHandler { ConnectCallback = (_, token) => ConnectAsync(socket, token) })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static async ValueTask<Stream> ConnectAsync(string socket, CancellationToken cancellationToken)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
