using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Credentials.Transport;

/// <summary>
/// Connects to whichever of a host's addresses answers first. Each next address is begun when the one before has failed or has not
/// answered for 250 ms, so that a network whose IPv6 leads nowhere costs a quarter of a second and not the upload.
/// </summary>
/// <param name="time">Paces the attempts.</param>
/// <param name="resolve">Host to addresses.</param>
/// <param name="connect">One attempt.</param>
internal sealed class HappyEyeballsConnector(
    TimeProvider time,
    Func<string, CancellationToken, Task<IPAddress[]>> resolve,
    Func<IPEndPoint, CancellationToken, Task<Stream>> connect)
{
    private static readonly TimeSpan NextAddress = TimeSpan.FromMilliseconds(250);

    public static HappyEyeballsConnector ForSockets(TimeProvider time) => new(time, Dns.GetHostAddressesAsync, OpenSocketAsync);

    public async Task<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var addresses = AddressOrder.Interleave(await resolve(host.Host, cancellationToken).ConfigureAwait(false));
        if (addresses.Count == 0) throw new SocketException((int)SocketError.HostNotFound);
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<Stream>>(addresses.Count);
        try
        {
            return await RaceAsync(addresses, host.Port, attempts, losers.Token).ConfigureAwait(false);
        }
        finally
        {
            await losers.CancelAsync().ConfigureAwait(false);
            foreach (var attempt in attempts) _ = CloseAsync(attempt);
        }
    }

    private async Task<Stream> RaceAsync(IReadOnlyList<IPAddress> addresses, int port, List<Task<Stream>> attempts, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        var next = 0;
        while (next < addresses.Count || attempts.Count > 0)
        {
            var pause = Task.CompletedTask;
            if (next < addresses.Count)
            {
                attempts.Add(connect(new IPEndPoint(addresses[next++], port), cancellationToken));
                pause = next < addresses.Count ? Task.Delay(NextAddress, time, cancellationToken) : Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            }

            var done = await Task.WhenAny([.. attempts, .. pause.IsCompleted ? Array.Empty<Task>() : [pause]]).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (done is not Task<Stream> attempt) continue;
            attempts.Remove(attempt);
            if (attempt.IsCompletedSuccessfully) return await attempt.ConfigureAwait(false);
            failure ??= attempt.Exception?.InnerException;
        }

        throw failure ?? new SocketException((int)SocketError.HostUnreachable);
    }

    /// <summary>Nobody needs this connection any more.</summary>
    private static async Task CloseAsync(Task<Stream> attempt)
    {
        try
        {
            await (await attempt.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            // It came to nothing, as most of them do.
        }
    }

    public static async Task<Stream> OpenSocketAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The order in which a host's addresses are tried: IPv6 and IPv4 in turn, beginning with the resolver's first (RFC 8305, section 4).</summary>
internal static class AddressOrder
{
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count < 2) return addresses;
        var first = addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily).ToList();
        var second = addresses.Where(a => a.AddressFamily != addresses[0].AddressFamily && a.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6).Except(first).ToList();
        var ordered = new List<IPAddress>(addresses.Count);
        for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            if (i < first.Count) ordered.Add(first[i]);
            if (i < second.Count) ordered.Add(second[i]);
        }

        return ordered;
    }
}
