using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Local;

/// <summary>A way in to the endpoint.</summary>
internal abstract record Door
{
    private Door()
    {
    }

    /// <summary>The Unix socket: who may use it is decided by its file's mode.</summary>
    internal sealed record UnixSocket(string Path, UnixFileMode Mode) : Door
    {
        public override string ToString() => Path;
    }

    /// <summary>A port on 127.0.0.1 and ::1: everybody on the device can reach it, a browser's pages included.</summary>
    /// <param name="Port">1 to 65535.</param>
    /// <param name="HopLimit">The TTL of the answers' packets, 1 to 255; null: the system's.</param>
    internal sealed record Loopback(int Port, int? HopLimit = null) : Door
    {
        public override string ToString() => $"port {Port} of 127.0.0.1 and ::1";
    }

    /// <summary>A bound socket for each address of the door.</summary>
    public Socket Bind(EndPoint address)
    {
        if (this is UnixSocket door) return SocketFile.Bind((UnixDomainSocketEndPoint)address, door.Path, door.Mode);
        if (address is not IPEndPoint ip || !IPAddress.IsLoopback(ip.Address)) throw new EndpointException($"{address} is not a loopback address");
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;

            // What is accepted takes the limit over.
            if (this is Loopback { HopLimit: { } hops }) socket.Ttl = (short)hops;
            socket.Bind(address);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
