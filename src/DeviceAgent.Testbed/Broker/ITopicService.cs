namespace DeviceAgent.Testbed.Broker;

/// <summary>A service of the cloud that devices talk to by publishing on reserved topics (<c>$aws/...</c>).</summary>
internal interface ITopicService
{
    /// <summary>
    /// Takes a request whose sender the policies allow to publish it. False when the topic is not one of this service's; a
    /// reserved topic that no service takes is the broker's to refuse. Never blocks; called by many connections at once.
    /// </summary>
    bool TryHandle(TopicRequest request);
}
