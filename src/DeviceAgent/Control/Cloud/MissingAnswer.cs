namespace DeviceAgent.Control.Cloud;

/// <summary>Why a request has no answer.</summary>
internal enum MissingAnswer
{
    /// <summary>No connection; nothing was sent.</summary>
    NotConnected,

    /// <summary>The connection was lost on the way, or no answer came in time: it may have been carried out.</summary>
    Lost,

    /// <summary>The policy of the certificate does not allow it; nothing was done.</summary>
    NotAllowed,
}
