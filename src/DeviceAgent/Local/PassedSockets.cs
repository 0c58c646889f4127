using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Local;

/// <summary>
/// The sockets that systemd listens on for the agent and hands over at its start (LISTEN_FDS, as in sd_listen_fds(3)). It holds them from boot on and while
/// no agent runs, so that nobody else can take the port meanwhile and collect the tokens of programs that ask.
/// </summary>
internal sealed partial class PassedSockets
{
    private const int First = 3;
    private const int Most = 64;
    private const string CountName = "LISTEN_FDS";
    private const string ProcessName = "LISTEN_PID";
    private const string NamesName = "LISTEN_FDNAMES";

    private const int GetFlags = 1;
    private const int SetFlags = 2;
    private const int CloseOnExec = 1;
    private const int SocketLevel = 1;
    private const int IsListening = 30;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, Socket> _sockets = [];
    private readonly List<string> _problems = [];

    /// <summary>None were handed over.</summary>
    public static PassedSockets None { get; } = new();

    /// <summary>What was handed over and is of no use, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Where the sockets listen that nobody has claimed.</summary>
    public IReadOnlyList<IPEndPoint> Left
    {
        get
        {
            lock (_gate) return [.. _sockets.Keys];
        }
    }

    /// <summary>Reads the environment and takes it away from what the agent starts. To be called once, before descriptors are opened on purpose.</summary>
    public static PassedSockets Take()
    {
        var (count, process, names) = (Environment.GetEnvironmentVariable(CountName), Environment.GetEnvironmentVariable(ProcessName), Environment.GetEnvironmentVariable(NamesName));
        foreach (var name in new[] { CountName, ProcessName, NamesName }) Environment.SetEnvironmentVariable(name, null);
        return OperatingSystem.IsLinux() ? From(DescriptorsOf(count, process, Environment.ProcessId), names?.Split(':') ?? []) : None;
    }

    /// <summary>The descriptors that the variables speak of; none when they are meant for another process.</summary>
    public static IReadOnlyList<int> DescriptorsOf(string? count, string? process, int own)
    {
        if (process != own.ToString(CultureInfo.InvariantCulture)) return [];
        return int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= Most ? [.. Enumerable.Range(First, number)] : [];
    }

    /// <summary>Takes the descriptors that listen on a loopback address; what others are is said, and they are left alone.</summary>
    public static PassedSockets From(IReadOnlyList<int> descriptors, IReadOnlyList<string> names)
    {
        var passed = new PassedSockets();
        foreach (var (index, descriptor) in descriptors.Index()) passed.Add(descriptor, index < names.Count ? names[index] : "unknown");
        return passed;
    }

    /// <summary>The socket for an address, listening; each is given once. Null: none was handed over for it.</summary>
    public Socket? Claim(ListenAddress address)
    {
        if (address is not ListenAddress.Loopback loopback) return null;
        lock (_gate)
        {
            if (!_sockets.Remove(loopback.EndPoint, out var socket)) return null;
            loopback.Limit(socket);
            return socket;
        }
    }

    private void Add(int descriptor, string name)
    {
        // Nothing that the agent starts is to have it.
        var flags = Control(descriptor, GetFlags, 0);
        if (flags < 0 || Control(descriptor, SetFlags, flags | CloseOnExec) < 0)
        {
            _problems.Add($"descriptor {descriptor} ({name}) is not open");
            return;
        }

        if (FindProblem(descriptor) is { } problem)
        {
            _problems.Add($"descriptor {descriptor} ({name}) {problem}");
            return;
        }

        var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        if (socket.LocalEndPoint is IPEndPoint at && IPAddress.IsLoopback(at.Address) && _sockets.TryAdd(at, socket)) return;
        _problems.Add($"descriptor {descriptor} ({name}) listens on {socket.LocalEndPoint}, which is no loopback address, or is there twice");
        socket.Dispose();
    }

    private static string? FindProblem(int descriptor)
    {
        using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
        Span<int> value = stackalloc int[1];
        var length = sizeof(int);
        if (GetOption(handle, SocketLevel, IsListening, value, ref length) != 0) return "is no socket";
        return value[0] == 0 ? "is a socket that does not listen" : null;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int GetOption(SafeFileHandle socket, int level, int option, Span<int> value, ref int length);
}
