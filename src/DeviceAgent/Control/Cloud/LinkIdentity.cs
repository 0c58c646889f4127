using DeviceAgent.Credentials;

namespace DeviceAgent.Control.Cloud;

/// <summary>The certificate that the next connection to AWS IoT is made with: the one in force, or one on trial.</summary>
internal sealed class LinkIdentity(DeviceIdentitySource inForce)
{
    private DeviceIdentity? _trial;
    private DeviceIdentity? _taken;

    /// <summary>Whether the last client has the certificate in force: one that has passed its trial needs no further connection.</summary>
    public bool IsInForce => Volatile.Read(ref _taken) is { } taken && taken.IsSameAs(inForce.Current);

    /// <summary>Null when none is on trial.</summary>
    public DeviceIdentity? Trial
    {
        get => Volatile.Read(ref _trial);
        set => Volatile.Write(ref _trial, value);
    }

    /// <summary>For a client, which has it as long as it lives; the garbage collector frees it after the last of them.</summary>
    public DeviceIdentity Take()
    {
        var identity = (Trial is { } trial ? new DeviceIdentitySource(trial) : inForce).Use().Identity;
        Volatile.Write(ref _taken, identity);
        return identity;
    }
}
