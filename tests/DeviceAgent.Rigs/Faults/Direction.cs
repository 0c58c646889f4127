namespace DeviceAgent.Rigs.Faults;

/// <summary>Which way bytes go through the proxy.</summary>
internal enum Direction
{
    /// <summary>From the agent to the service.</summary>
    Request,

    /// <summary>From the service to the agent.</summary>
    Response,
}
