namespace DeviceAgent.Testbed.Faults;

/// <summary>What stands in a 200 answer of the credentials provider.</summary>
internal enum CredentialsBody
{
    Good,

    /// <summary>Text that is not JSON to its end.</summary>
    Malformed,

    /// <summary>Good credentials in more than the 2048 bytes that AWS's own client reads.</summary>
    Oversize,

    /// <summary>Credentials whose time is over already.</summary>
    Expired,
}
