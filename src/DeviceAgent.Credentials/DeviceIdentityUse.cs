namespace DeviceAgent.Credentials;

/// <summary>An identity that is in use: it is not freed before this is disposed, even when another has taken its place.</summary>
public sealed class DeviceIdentityUse : IDisposable
{
    private int _ended;

    internal DeviceIdentityUse(DeviceIdentity identity) => Identity = identity;

    /// <summary>Certificate and key.</summary>
    public DeviceIdentity Identity { get; }

    /// <summary>Ends the use.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) Identity.EndUse();
    }
}
