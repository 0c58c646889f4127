namespace DeviceAgent.Mqtt.Reconnect;

/// <summary>How long to wait before the next attempt: full jitter.</summary>
internal static class Backoff
{
    /// <param name="failures">How many in a row, at least 1.</param>
    /// <param name="reason">How the last connection ended.</param>
    /// <param name="chance">0 to 1.</param>
    /// <param name="options">The constants.</param>
    public static TimeSpan Delay(int failures, MqttDisconnectReason reason, double chance, MqttReconnectOptions options)
    {
        if (reason == MqttDisconnectReason.SessionTakenOver)
            return options.TakenOverDelay + (chance * (Larger(options.MaximumDelay, options.TakenOverDelay) - options.TakenOverDelay));
        var ceiling = Math.ScaleB(options.BaseDelay.TotalSeconds, Math.Min(failures - 1, 40));
        return chance * (ceiling < options.MaximumDelay.TotalSeconds ? TimeSpan.FromSeconds(ceiling) : options.MaximumDelay);
    }

    public static TimeSpan Larger(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
