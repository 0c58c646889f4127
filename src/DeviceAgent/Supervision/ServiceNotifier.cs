using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Supervision;

/// <summary>Tells systemd, or whatever else made NOTIFY_SOCKET.</summary>
/// <param name="systemd">Sends one datagram a message.</param>
/// <param name="time">Its timestamps are CLOCK_MONOTONIC.</param>
internal sealed class ServiceNotifier(ISystemdNotifier systemd, TimeProvider time) : IServiceNotifier
{
    private const long MicrosecondsPerSecond = 1_000_000;

    private readonly Lock _gate = new();
    private bool _ready;
    private string? _reloadProblem;
    private string? _told;
    private bool _failing;

    /// <summary>Set as soon as there is one.</summary>
    public ILogger? Logger { get; set; }

    public void Ready()
    {
        lock (_gate)
        {
            if (_ready) return;
            _ready = true;
            Send("READY=1");
        }
    }

    public void Reloading()
    {
        var microseconds = (long)((Int128)time.GetTimestamp() * MicrosecondsPerSecond / time.TimestampFrequency);
        lock (_gate) Send($"RELOADING=1\nMONOTONIC_USEC={microseconds}");
    }

    public void Reloaded(string? problem)
    {
        lock (_gate)
        {
            (_reloadProblem, _told) = (problem, null);

            // A reload before the start has ended does not end it.
            if (_ready) Send(problem is null ? "READY=1" : $"READY=1\nSTATUS={StatusLine.Clean($"Reload refused: {problem}")}");
        }
    }

    public void Stopping()
    {
        lock (_gate) Send("STOPPING=1\nSTATUS=Stopping");
    }

    public void Status(string text)
    {
        lock (_gate)
        {
            var line = StatusLine.Clean(_reloadProblem is { } problem ? $"{text}. Reload refused: {problem}" : text);
            if (line == _told) return;
            _told = line;
            Send($"STATUS={line}");
        }
    }

    public void Ping()
    {
        lock (_gate) Send("WATCHDOG=1");
    }

    private void Send(string message)
    {
        try
        {
            systemd.Notify(new ServiceState(message));
            _failing = false;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // ArgumentException: NOTIFY_SOCKET is longer than a socket's address can be.
            if (!_failing) Logger?.NotNotified(e.Message);
            _failing = true;
        }
    }
}
