using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Local;

/// <summary>Where the agent listens for other programs on the device.</summary>
internal abstract record ListenAddress
{
    private ListenAddress()
    {
    }

    /// <summary>A socket that is bound and does not listen yet.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    /// <exception cref="EndpointException">The same, with what to do.</exception>
    public abstract Socket Bind();

    /// <summary>The Unix socket: who may use it is decided by its file's mode.</summary>
    internal sealed record UnixSocket(string Path, UnixFileMode Mode) : ListenAddress
    {
        public override Socket Bind() => SocketFile.Bind(SocketFile.Address(Path), Path, Mode);

        public override string ToString() => Path;
    }

    /// <summary>A port on one of the loopback addresses: everybody on the device can reach it, a browser's pages included.</summary>
    /// <param name="Ip">127.0.0.1 or ::1.</param>
    /// <param name="Port">1 to 65535.</param>
    /// <param name="HopLimit">The TTL of the answers' packets, 1 to 255; null: the system's.</param>
    internal sealed record Loopback(IPAddress Ip, int Port, int? HopLimit = null) : ListenAddress
    {
        public IPEndPoint EndPoint => new(Ip, Port);

        /// <summary>The port on 127.0.0.1 and on ::1, each by itself: who takes one of them does not close the other.</summary>
        public static IReadOnlyList<Loopback> Both(int port, int? hopLimit = null) => [new(IPAddress.Loopback, port, hopLimit), new(IPAddress.IPv6Loopback, port, hopLimit)];

        public override Socket Bind()
        {
            if (!IPAddress.IsLoopback(Ip)) throw new EndpointException($"{Ip} is not a loopback address");
            var socket = new Socket(Ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (Ip.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
                Limit(socket);
                socket.Bind(EndPoint);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                throw;
            }
        }

        /// <summary>What is accepted takes the limit over.</summary>
        public void Limit(Socket listening)
        {
            if (HopLimit is { } hops) listening.Ttl = (short)hops;
        }

        public override string ToString() => $"port {Port} of {Ip}";
    }
}

/// <summary>The endpoint cannot be opened; the message says why and what to do.</summary>
internal sealed class EndpointException : Exception
{
    public EndpointException()
    {
    }

    public EndpointException(string message) : base(message)
    {
    }

    public EndpointException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
