using System.Net;

namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>The IP address operators: an address, or a range such as <c>192.0.2.0/24</c> or <c>2001:db8::/32</c>.</summary>
internal static class AddressTest
{
    public static ConditionTest InRange(string expected)
    {
        var slash = expected.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? expected : expected[..slash], out var network)) throw Invalid(expected);
        var wanted = network.GetAddressBytes();
        var bits = wanted.Length * 8;
        if (slash >= 0 && (!int.TryParse(expected[(slash + 1)..], out bits) || bits < 0 || bits > wanted.Length * 8)) throw Invalid(expected);
        return (actual, _) => IPAddress.TryParse(actual, out var address) && SameNetwork(wanted, address.GetAddressBytes(), bits);
    }

    private static bool SameNetwork(ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> actual, int bits)
    {
        if (wanted.Length != actual.Length) return false;
        var (bytes, rest) = (bits / 8, bits % 8);
        return wanted[..bytes].SequenceEqual(actual[..bytes])
            && (rest == 0 || wanted[bytes] >> (8 - rest) == actual[bytes] >> (8 - rest));
    }

    private static PolicyFormatException Invalid(string value) =>
        new($"\"{value}\" is not an IP address or a range such as 192.0.2.0/24");
}
