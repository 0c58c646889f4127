namespace DeviceAgent.Local;

/// <summary>What a route asks of a request. The listener that the request came in by enforces it before the handler is called.</summary>
internal enum RouteGuard
{
    None,

    /// <summary>A bearer token of this listener; on the socket its file's mode has said who may.</summary>
    Token,

    /// <summary>A session token of the metadata service.</summary>
    Session,

    /// <summary>Served on the Unix socket only.</summary>
    SocketOnly,

    /// <summary>Served on the Unix socket only, and to users of the allow list only.</summary>
    AllowedUser,
}
