namespace DeviceAgent.Upload;

/// <summary>A table with the client that it is asked by.</summary>
internal sealed record OpenedTable(ITable Table, IDisposable Client) : IDisposable
{
    public void Dispose() => Client.Dispose();
}
