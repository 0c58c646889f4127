namespace DeviceAgent.Local;

/// <summary>What a request of the port must bring; the socket's file mode has said who may.</summary>
internal enum RouteGuard
{
    None,

    /// <summary>The ingest token.</summary>
    Token,

    /// <summary>Nothing helps: only the socket answers.</summary>
    SocketOnly,
}
