using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Benchmarks;

/// <summary>A port of the loopback address on which nobody listens.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
