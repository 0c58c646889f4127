using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Rigs.Support;

/// <summary>What systemd's end of NOTIFY_SOCKET hears.</summary>
internal sealed class NotifySocket : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Notification> _heard = [];
    private readonly string? _file;
    private readonly Task _loop;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NotifySocket(string name)
    {
        Name = name;
        if (name[0] != '@') _file = name;
        _socket.Bind(new UnixDomainSocketEndPoint(name[0] == '@' ? $"\0{name[1..]}" : name));
        _loop = HearAsync();
    }

    /// <summary>For the environment.</summary>
    public string Name { get; }

    public IReadOnlyList<Notification> Heard
    {
        get
        {
            lock (_heard) return [.. _heard];
        }
    }

    /// <summary>Without a file.</summary>
    public static NotifySocket Abstract() => new($"@device-agent-test-{Guid.NewGuid():N}");

    public static NotifySocket File(string folder) => new(Path.Combine(folder, "notify.sock"));

    public Dictionary<string, string> Environment(TimeSpan? watchdog = null)
    {
        var variables = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = Name };
        if (watchdog is { } period) variables["WATCHDOG_USEC"] = ((long)period.TotalMicroseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return variables;
    }

    /// <summary>How often a message with the text has been heard.</summary>
    public int Count(string text) => Heard.Count(n => n.Text.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until a message with the text is heard, the first behind so many messages.</summary>
    public async Task<Notification> WaitForAsync(string text, int behind = 0, RunningAgent? agent = null)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        while (true)
        {
            Task more;
            lock (_heard)
            {
                if (_heard.Skip(behind).FirstOrDefault(n => n.Text.Contains(text, StringComparison.Ordinal)) is { } found) return found;
                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{text}' was not heard but:\n{string.Join('\n', Heard)}\nthe agent printed:\n{agent?.Output}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
        _stop.Dispose();
        if (_file is not null) System.IO.File.Delete(_file);
    }

    private async Task HearAsync()
    {
        var buffer = new byte[64 * 1024];
        while (!_stop.IsCancellationRequested)
        {
            int length;
            try
            {
                length = await _socket.ReceiveAsync(buffer, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            TaskCompletionSource more;
            lock (_heard)
            {
                _heard.Add(new Notification(Stopwatch.GetTimestamp(), Encoding.UTF8.GetString(buffer, 0, length)));
                more = _more;
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            more.SetResult();
        }
    }
}

/// <summary>One message.</summary>
/// <param name="At">As <see cref="Stopwatch.GetTimestamp"/>.</param>
/// <param name="Text">Its lines.</param>
internal sealed record Notification(long At, string Text);
