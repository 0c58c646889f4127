using System.Runtime.InteropServices;
using DeviceAgent.Timing;

namespace DeviceAgent.Hosting;

/// <summary>
/// SIGHUP: the configuration is to be read again; or, where the agent was started in a terminal, the terminal was closed. Each one is counted,
/// so that none is lost while nobody looks. Thread-safe.
/// </summary>
/// <param name="closesTerminal">What it means.</param>
internal sealed class HangUp(bool closesTerminal)
{
    private readonly WakeSignal _came = new();
    private PosixSignalRegistration? _registration;
    private int _count;

    /// <summary>True: it ends the agent, as people expect in a shell.</summary>
    public bool ClosesTerminal => closesTerminal;

    /// <summary>How often it came.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Completes with the next one. Take it before <see cref="Count"/>.</summary>
    public Task Next => _came.Next;

    /// <summary>From now on the signal does not end the process by itself, not even while the process ends: it is never given back.</summary>
    public static HangUp Register()
    {
        // Asked now: a terminal that was closed is none any more.
        var hangUp = new HangUp(closesTerminal: !Console.IsInputRedirected);
        if (OperatingSystem.IsWindows()) return hangUp;
        hangUp._registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            hangUp.Raise();
        });
        return hangUp;
    }

    /// <summary>The signal came.</summary>
    public void Raise()
    {
        Interlocked.Increment(ref _count);
        _came.Set();
    }
}
