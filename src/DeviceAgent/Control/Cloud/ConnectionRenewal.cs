using DeviceAgent.Credentials;
using DeviceAgent.Timing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Cloud;

/// <summary>Makes the connection to AWS IoT anew when another certificate is active, and to try one.</summary>
internal sealed class ConnectionRenewal : BackgroundService
{
    /// <summary>A few attempts, over a slow network.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan _retryPause = TimeSpan.FromSeconds(10);

    private readonly IotConnection _connection;
    private readonly ConnectionIdentity _identity;
    private readonly DeviceIdentitySource _source;
    private readonly LoopPulse _pulse;
    private readonly TimeProvider _time;
    private readonly ILogger<ConnectionRenewal> _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly WakeSignal _changed = new();
    private Task _nextChange;

    public ConnectionRenewal(IotConnection connection, ConnectionIdentity identity, DeviceIdentitySource source, LoopWatch loops, TimeProvider time, ILogger<ConnectionRenewal> logger)
    {
        _pulse = loops.Pulse("connection renewal");
        (_connection, _identity, _source, _time, _logger) = (connection, identity, source, time, logger);
        _nextChange = _changed.Next;
        source.Changed += OnChanged;
    }

    /// <summary>
    /// Connects with a certificate that is not active, in the place of the connection that stands: a thing can have one only. When it
    /// does not connect, the active one is connected again.
    /// </summary>
    /// <returns>Null when it connected; else why not.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<string?> TryAsync(DeviceIdentity candidate, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _identity.Trial = candidate;
            var problem = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            _identity.Trial = null;
            if (problem is not null) await RenewAsync(null, cancellationToken).ConfigureAwait(false);
            return problem;
        }
        finally
        {
            _identity.Trial = null;
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        _source.Changed -= OnChanged;
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            using (_pulse.Waits())
            {
                await _nextChange.WaitAsync(stoppingToken).ConfigureAwait(false);
                _nextChange = _changed.Next;
                await _turn.WaitAsync(stoppingToken).ConfigureAwait(false);
            }

            try
            {
                if (_identity.IsActive) continue;
                await RenewAsync(_pulse, stoppingToken).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Whatever fails (a CA file that is being replaced), the agent must not stay without a connection.</summary>
    /// <param name="pulse">Of the loop; null when it is another who asks.</param>
    /// <param name="cancellationToken">The agent stops.</param>
    private async Task RenewAsync(LoopPulse? pulse, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using (pulse?.WaitsFor(Patience)) await _connection.RenewAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                _logger.ConnectionNotRenewed(_retryPause, e.Message);
                using (pulse?.WaitsFor(_retryPause)) await Task.Delay(_retryPause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<string?> ConnectAsync(CancellationToken cancellationToken)
    {
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnConnected() => connected.TrySetResult();
        _connection.Connected += OnConnected;
        try
        {
            await _connection.RenewAsync(cancellationToken).ConfigureAwait(false);
            await connected.Task.WaitAsync(Patience, _time, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException)
        {
            return _connection.Status.Problem ?? $"No connection in {Patience.TotalSeconds:0} s.";
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return e.Message;
        }
        finally
        {
            _connection.Connected -= OnConnected;
        }
    }

    private void OnChanged(object? sender, EventArgs e) => _changed.Set();
}

/// <summary>The certificate that the next connection to AWS IoT is made with: the active one, or one on trial.</summary>
internal sealed class ConnectionIdentity(DeviceIdentitySource active) : IDisposable
{
    private readonly Lock _gate = new();
    private DeviceIdentityUse? _use;
    private DeviceIdentity? _trial;

    /// <summary>Whether the last client has the active certificate: one that has passed its trial needs no further connection.</summary>
    public bool IsActive
    {
        get
        {
            lock (_gate) return _use is { } use && use.Identity.IsSameAs(active.Current);
        }
    }

    /// <summary>Null when none is on trial.</summary>
    public DeviceIdentity? Trial
    {
        get => Volatile.Read(ref _trial);
        set => Volatile.Write(ref _trial, value);
    }

    /// <summary>For the client that takes the place of the last one, which must be gone: the use of its identity ends here.</summary>
    public DeviceIdentity Take()
    {
        lock (_gate)
        {
            _use?.Dispose();
            _use = null;
#pragma warning disable CA2000 // The source of a trial would free what belongs to whoever tries it.
            _use = (Trial is { } trial ? new DeviceIdentitySource(trial) : active).Use();
#pragma warning restore CA2000
            return _use.Identity;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _use?.Dispose();
            _use = null;
        }
    }
}
