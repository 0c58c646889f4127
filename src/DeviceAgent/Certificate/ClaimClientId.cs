using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Certificate;

/// <summary>
/// The client id of a connection with a claim certificate. No thing's name holds a dot: a claim whose policy allows <c>client/claim.*</c> cannot
/// take the place of a device that is connected.
/// </summary>
internal static class ClaimClientId
{
    public const string Prefix = "claim.";

    /// <summary>What AWS IoT takes, in bytes.</summary>
    private const int MaximumLength = 128;

    /// <summary>The prefix and the thing's name, or its hash where both together would be too long.</summary>
    public static string Of(string thingName)
    {
        var id = Prefix + thingName;
        return Encoding.UTF8.GetByteCount(id) <= MaximumLength ? id : Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(thingName)));
    }
}
