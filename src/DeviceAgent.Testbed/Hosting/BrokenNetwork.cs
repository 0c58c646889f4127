using System.Collections.Concurrent;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Registry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>Tears down the connections of the things whose network is set broken: those that stand, and every new one after its handshake.</summary>
internal sealed class BrokenNetwork
{
    private readonly ConcurrentDictionary<ConnectionContext, string> _connections = new();
    private readonly RegistryService _registry;
    private readonly FaultSwitches _faults;

    public BrokenNetwork(RegistryService registry, FaultSwitches faults)
    {
        (_registry, _faults) = (registry, faults);
        faults.Changed += Sever;
    }

    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is not { } certificate)
        {
            await next(connection);
            return;
        }

        var id = CertificateIds.Of(certificate);
        _connections[connection] = id;
        try
        {
            if (IsBroken(id)) Abort(connection);
            else await next(connection);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }

    private static void Abort(ConnectionContext connection) => connection.Abort(new ConnectionAbortedException("The network of the thing is set broken."));

    private void Sever()
    {
        foreach (var (connection, certificateId) in _connections)
        {
            if (IsBroken(certificateId)) Abort(connection);
        }
    }

    private bool IsBroken(string certificateId) =>
        _faults.Current.Things.Count > 0 && _registry.ThingsOf(certificateId).Any(t => _faults.Current.Of(t.Name).Network);
}
