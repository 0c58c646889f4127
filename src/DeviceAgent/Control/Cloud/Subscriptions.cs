using DeviceAgent.Mqtt;

namespace DeviceAgent.Control.Cloud;

internal static class Subscriptions
{
    /// <summary>Whether the subscriptions that were made before still hold. Without the old session, or when one was refused, they must be made anew.</summary>
    public static bool KeepsSubscriptions(this MqttConnected connected) => connected.Result.SessionPresent && connected.RefusedFilters.Count == 0;
}
