using DeviceAgent.Credentials.Timing;

namespace DeviceAgent.Mqtt;

/// <summary>How a lost connection is tried again: a random time up to a ceiling that doubles with every failure in a row.</summary>
public sealed record MqttReconnectOptions
{
    /// <summary>The ceiling after the first failure.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The highest ceiling.</summary>
    public TimeSpan MaximumDelay { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long a connection must stand before its loss counts as the first failure again.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The shortest wait after another connection took the session over: two devices with one client id do not fight.</summary>
    public TimeSpan TakenOverDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The shortest time between two CONNECTs; AWS IoT takes one a second for each client id.</summary>
    public TimeSpan ConnectSpacing { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait before the next attempt.</summary>
    /// <param name="failures">How many in a row, at least 1.</param>
    /// <param name="reason">How the last connection ended.</param>
    /// <param name="chance">0 to 1.</param>
    internal TimeSpan DelayAfter(int failures, MqttDisconnectReason reason, double chance)
    {
        if (reason != MqttDisconnectReason.SessionTakenOver) return new Backoff(BaseDelay, MaximumDelay).After(failures, chance);
        var longest = MaximumDelay > TakenOverDelay ? MaximumDelay : TakenOverDelay;
        return TakenOverDelay + (chance * (longest - TakenOverDelay));
    }
}
