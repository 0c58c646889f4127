namespace DeviceAgent.Mqtt;

/// <summary>An HTTP proxy that tunnels with CONNECT.</summary>
public sealed class MqttProxyOptions
{
    /// <summary>The proxy's host name or address.</summary>
    public required string Host { get; init; }

    /// <summary>The proxy's port.</summary>
    public required int Port { get; init; }

    /// <summary>For basic authentication; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>For basic authentication.</summary>
    public string? Password { get; init; }
}
