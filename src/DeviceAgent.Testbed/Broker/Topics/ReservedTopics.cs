namespace DeviceAgent.Testbed.Broker.Topics;

/// <summary>Topics that begin with a dollar sign belong to the service.</summary>
internal static class ReservedTopics
{
    private static readonly string[] Subscribable = ["$aws/things/", "$aws/certificates/", "$aws/provisioning-templates/", "$aws/events/"];

    public static bool Contain(string topic) => topic.StartsWith('$');

    /// <summary>Whether the service publishes anything that the filter could cover.</summary>
    public static bool CanBeSubscribedTo(string filter) =>
        !Contain(filter) || Subscribable.Any(known => filter.StartsWith(known, StringComparison.Ordinal));
}
