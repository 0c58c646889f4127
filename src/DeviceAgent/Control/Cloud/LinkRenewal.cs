using System.Threading.Channels;
using DeviceAgent.Credentials;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Cloud;

/// <summary>Makes the connection to AWS IoT anew when another certificate is in force, and to try one.</summary>
internal sealed class LinkRenewal : BackgroundService
{
    /// <summary>A few attempts, over a slow network.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan _retryPause = TimeSpan.FromSeconds(10);

    private readonly CloudLink _link;
    private readonly LinkIdentity _identity;
    private readonly DeviceIdentitySource _source;
    private readonly TimeProvider _time;
    private readonly ILogger<LinkRenewal> _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public LinkRenewal(CloudLink link, LinkIdentity identity, DeviceIdentitySource source, TimeProvider time, ILogger<LinkRenewal> logger)
    {
        (_link, _identity, _source, _time, _logger) = (link, identity, source, time, logger);
        source.Changed += OnChanged;
    }

    /// <summary>
    /// Connects with a certificate that is not in force, in the place of the connection that stands: a thing can have one only. When it
    /// does not connect, the one in force is connected again.
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
            if (problem is not null) await RenewAsync(cancellationToken).ConfigureAwait(false);
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
        await foreach (var _ in _wanted.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            await _turn.WaitAsync(stoppingToken).ConfigureAwait(false);
            try
            {
                if (_identity.IsInForce) continue;
                await RenewAsync(stoppingToken).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Whatever fails (a CA file that is being replaced), the agent must not stay without a connection.</summary>
    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _link.RenewAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                _logger.LinkNotRenewed(_retryPause.TotalSeconds, e.Message);
                await Task.Delay(_retryPause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<string?> ConnectAsync(CancellationToken cancellationToken)
    {
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnConnected() => connected.TrySetResult();
        _link.Connected += OnConnected;
        try
        {
            await _link.RenewAsync(cancellationToken).ConfigureAwait(false);
            await connected.Task.WaitAsync(Patience, _time, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException)
        {
            return _link.Status.Problem ?? $"No connection in {Patience.TotalSeconds:0} s.";
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return e.Message;
        }
        finally
        {
            _link.Connected -= OnConnected;
        }
    }

    private void OnChanged(object? sender, EventArgs e) => _wanted.Writer.TryWrite(true);
}
