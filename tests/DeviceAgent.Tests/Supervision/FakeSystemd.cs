using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;

namespace DeviceAgent.Tests.Supervision;

/// <summary>Keeps what is told.</summary>
internal sealed class FakeSystemd : ISystemdNotifier
{
    private readonly Lock _gate = new();
    private readonly List<string> _messages = [];

    public bool IsEnabled => true;

    /// <summary>Nobody takes the messages.</summary>
    public bool IsGone { get; set; }

    /// <summary>What each message meets.</summary>
    public Exception? Failure { get; set; }

    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_gate) return [.. _messages];
        }
    }

    public void Notify(ServiceState state)
    {
        if (Failure is not null) throw Failure;
        if (IsGone) throw new SocketException((int)SocketError.ConnectionRefused);
        lock (_gate) _messages.Add(state.ToString());
    }

    public int Count(string message) => Messages.Count(m => m == message);

    /// <summary>What was told since the last look.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_gate)
        {
            var taken = _messages.ToList();
            _messages.Clear();
            return taken;
        }
    }
}
