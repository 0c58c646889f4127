using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Rigs.Support;

/// <summary>A port that takes connections and never answers.</summary>
internal sealed class BlackHole : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BlackHole()
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
    }

    public Uri Url { get; }

    private readonly List<Socket> _taken = [];

    public async Task WaitForConnectionAsync() => _taken.Add(await _listener.AcceptSocketAsync().WaitAsync(RunningAgent.Patience));

    public void Dispose()
    {
        _listener.Dispose();
        _taken.ForEach(s => s.Dispose());
    }
}
