namespace DeviceAgent.Credentials.Identity;

/// <summary>Reads certificate, key and chain, gathering every problem before it fails.</summary>
internal static class IdentityLoader
{
    public static DeviceIdentity Load(DeviceIdentityOptions options) => throw new NotImplementedException();
}
