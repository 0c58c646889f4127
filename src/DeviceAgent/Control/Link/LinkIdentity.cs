using DeviceAgent.Credentials;

namespace DeviceAgent.Control.Link;

/// <summary>The certificate that the next connection to AWS IoT is made with: the one in force, or one on trial.</summary>
internal sealed class LinkIdentity(DeviceIdentitySource inForce)
{
    private DeviceIdentity? _trial;

    /// <summary>Null when none is on trial.</summary>
    public DeviceIdentity? Trial
    {
        get => Volatile.Read(ref _trial);
        set => Volatile.Write(ref _trial, value);
    }

    /// <summary>For a client, which has it as long as it lives; the garbage collector frees it after the last of them.</summary>
    public DeviceIdentity Take() => (Trial is { } trial ? new DeviceIdentitySource(trial) : inForce).Use().Identity;
}
