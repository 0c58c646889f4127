using System.Threading.Channels;

namespace DeviceAgent.Control;

/// <summary>Wakes a loop; calls while it is awake are one.</summary>
internal sealed class Wake(TimeProvider time)
{
    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Call() => _calls.Writer.TryWrite(true);

    /// <summary>Returns at the next call, at once when there was one since the last, or after the time.</summary>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (call, timer) = (_calls.Reader.ReadAsync(done.Token).AsTask(), Task.Delay(atMost, time, done.Token));
        await Task.WhenAny(call, timer).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
