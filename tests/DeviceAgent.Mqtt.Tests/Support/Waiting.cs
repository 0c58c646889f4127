namespace DeviceAgent.Mqtt.Tests.Support;

internal static class Waiting
{
    /// <summary>What never comes fails the test instead of hanging it.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(20));

    public static Task Soon(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(20));
}
