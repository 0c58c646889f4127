using System.Net;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Commands.Doctor;

/// <summary>Opens TCP connections as the agent does, and remembers how far the last one came.</summary>
internal sealed class ConnectionTrace
{
    private readonly HappyEyeballsConnector _connector;

    public ConnectionTrace(TimeProvider time) => _connector = new HappyEyeballsConnector(time, ResolveAsync, OpenAsync);

    /// <summary>What the name was found to be; null before.</summary>
    public IReadOnlyList<IPAddress>? Addresses { get; private set; }

    /// <summary>What took the connection; null before.</summary>
    public IPEndPoint? Connected { get; private set; }

    public Task<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        (Addresses, Connected) = (null, null);
        return _connector.ConnectAsync(host, cancellationToken);
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        Addresses = addresses;
        return addresses;
    }

    private async Task<Stream> OpenAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var stream = await HappyEyeballsConnector.OpenSocketAsync(address, cancellationToken).ConfigureAwait(false);
        Connected = address;
        return stream;
    }
}
