using Microsoft.AspNetCore.Connections;

namespace DeviceAgent.Local;

/// <summary>A connection that is open, and whether a request of it is being answered.</summary>
internal sealed class ConnectionSeat(ConnectionContext connection)
{
    private volatile bool _busy;

    public bool IsBusy => _busy;

    public void Begin() => _busy = true;

    public void End() => _busy = false;

    public void Abort(string reason) => connection.Abort(new ConnectionAbortedException(reason));
}
