using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.LocalEndpoint;

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
    internal sealed record Loopback(int Port) : Door
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
