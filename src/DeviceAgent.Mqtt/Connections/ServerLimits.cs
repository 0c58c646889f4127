using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>What the server takes, by its CONNACK.</summary>
internal sealed record ServerLimits(MqttProperties Granted)
{
    public long MaximumPacketSize => Granted.MaximumPacketSize ?? long.MaxValue;

    /// <exception cref="MqttLimitException">The server does not take such a message.</exception>
    public void Check(MqttMessage message)
    {
        var maximum = Granted.MaximumQualityOfService ?? MqttQualityOfService.AtLeastOnce;
        if (message.QualityOfService > maximum) throw new MqttLimitException("The server's maximum QoS", (int)message.QualityOfService, (int)maximum);
        if (message.Retain && Granted.RetainAvailable == false) throw new MqttLimitException("Retained messages at this server", 1, 0);
    }

    /// <exception cref="MqttLimitException">The server does not take such a filter.</exception>
    public void Check(MqttTopicFilter filter)
    {
        if (Granted.WildcardSubscriptionAvailable == false && filter.Filter.AsSpan().ContainsAny('+', '#'))
            throw new MqttLimitException("Wildcard subscriptions at this server", 1, 0);
        if (Granted.SharedSubscriptionAvailable == false && filter.Filter.StartsWith("$share/", StringComparison.Ordinal))
            throw new MqttLimitException("Shared subscriptions at this server", 1, 0);
    }
}
