using Microsoft.Extensions.Logging;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>Raises events whose handlers are asynchronous, one handler after the other.</summary>
internal static class AsyncEvents
{
    /// <summary>A handler that fails is logged; it does not stop the others, nor the client.</summary>
    public static async Task RaiseAsync<T>(Func<T, Task>? handlers, T argument, ILogger logger, string eventName)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                await handler(argument).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Log.EventHandlerFailed(logger, e, eventName);
            }
        }
    }
}
