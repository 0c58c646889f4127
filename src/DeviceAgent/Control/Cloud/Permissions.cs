namespace DeviceAgent.Control.Cloud;

/// <summary>What the policy of the certificate lacks, in words that name the statement to add.</summary>
internal static class Permissions
{
    public static string ToSubscribe(string filter, string why) =>
        $"The subscription to {filter} was refused ({why}): the certificate's IoT policy must allow iot:Subscribe on topicfilter/{filter} and iot:Receive on topic/{filter}.";

    public static string ToPublish(string topic, string? why) =>
        $"Publishing to {topic} was refused{(why is null ? "" : $" ({why})")}: the certificate's IoT policy must allow iot:Publish on topic/{topic}.";
}
