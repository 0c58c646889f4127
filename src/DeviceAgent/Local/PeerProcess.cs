using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>Who is at the other end of the Unix socket: what the kernel noted when it connected (SO_PEERCRED).</summary>
internal static class PeerProcess
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>Null when the kernel does not tell.</summary>
    public static LocalCaller? Of(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? Of(socket) : null;

    public static LocalCaller? Of(Socket socket)
    {
        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        Span<int> credentials = stackalloc int[3];
        try
        {
            var bytes = MemoryMarshal.AsBytes(credentials);
            if (socket.GetRawSocketOption(SocketLevel, PeerCredentials, bytes) != bytes.Length) return null;
            return new LocalCaller(LocalCaller.Socket, User: (uint)credentials[1], Process: credentials[0]);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
