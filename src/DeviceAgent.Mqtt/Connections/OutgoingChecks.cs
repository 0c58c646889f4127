using System.Text;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>What is checked before anything is sent.</summary>
internal static class OutgoingChecks
{
    private const string BasicIngest = "$aws/rules/";

    public static void Check(MqttMessage message, MqttLimits limits)
    {
        if (!MqttTopicRules.IsTopic(message.Topic)) throw new ArgumentException($"'{message.Topic}' is not a topic: it is empty or has a wildcard.", nameof(message));
        if (message.ResponseTopic is { } response && !MqttTopicRules.IsTopic(response)) throw new ArgumentException($"'{response}' is not a topic for answers.", nameof(message));
        if (message.QualityOfService is not (MqttQualityOfService.AtMostOnce or MqttQualityOfService.AtLeastOnce))
            throw new ArgumentException("Only QoS 0 and 1 are supported.", nameof(message));
        CheckTopic(message.Topic, limits);
        AtMost("Payload bytes", message.Payload.Length, limits.PayloadBytes);
    }

    public static void Check(IReadOnlyList<MqttTopicFilter> filters, MqttProtocolVersion version, MqttLimits limits)
    {
        if (filters.Any(f => f.QualityOfService is not (MqttQualityOfService.AtMostOnce or MqttQualityOfService.AtLeastOnce)))
            throw new ArgumentException("Only QoS 0 and 1 are supported.", nameof(filters));
        Check([.. filters.Select(f => f.Filter)], version, limits);
    }

    public static void Check(IReadOnlyList<string> filters, MqttProtocolVersion version, MqttLimits limits)
    {
        if (filters.Count == 0) throw new ArgumentException("No filter.", nameof(filters));
        AtMost("Filters in one packet", filters.Count, limits.FiltersPerSubscribe);
        foreach (var filter in filters)
        {
            var valid = version == MqttProtocolVersion.V5 ? MqttTopicRules.IsFilterOrShared(filter) : MqttTopicRules.IsFilter(filter);
            if (!valid) throw new ArgumentException($"'{filter}' is not a topic filter.", nameof(filters));
            CheckTopic(filter, limits);
        }
    }

    public static void AtMost(string limit, long value, long maximum)
    {
        if (value > maximum) throw new MqttLimitException(limit, value, maximum);
    }

    private static void CheckTopic(string topic, MqttLimits limits)
    {
        var counted = topic.AsSpan();
        if (topic.StartsWith(BasicIngest, StringComparison.Ordinal))
        {
            var afterRule = topic.IndexOf('/', BasicIngest.Length);
            counted = afterRule < 0 ? "" : counted[(afterRule + 1)..];
        }

        AtMost("Topic bytes", Encoding.UTF8.GetByteCount(counted), limits.TopicBytes);
        AtMost("Slashes in the topic", counted.Count('/'), limits.TopicSlashes);
    }
}
