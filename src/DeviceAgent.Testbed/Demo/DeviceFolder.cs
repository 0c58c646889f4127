namespace DeviceAgent.Testbed.Demo;

/// <summary>
/// <c>DIR/things/NAME/</c>: what a device has in its flash. Certificate, key and CA come from the registry; <see cref="DeviceConfiguration"/> and
/// <see cref="DeviceRecording"/> are added here.
/// </summary>
internal static class DeviceFolder
{
    public static string Name(int number) => $"thermostat-{number:00}";

    public static string PathOf(string stateDirectory, string thing) => Path.Combine(stateDirectory, "things", thing);
}
