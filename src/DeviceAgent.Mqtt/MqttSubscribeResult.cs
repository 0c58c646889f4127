namespace DeviceAgent.Mqtt;

/// <summary>The verdicts on the filters of a SUBSCRIBE or UNSUBSCRIBE, in their order.</summary>
/// <param name="Items">One for each filter.</param>
/// <param name="ReasonString">The server's words, if any.</param>
public sealed record MqttSubscribeResult(IReadOnlyList<MqttSubscribeResultItem> Items, string? ReasonString = null)
{
    /// <summary>No filter was refused.</summary>
    public bool IsSuccess => Items.All(i => i.IsSuccess);
}
