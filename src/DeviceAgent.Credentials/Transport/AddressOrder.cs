using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Credentials.Transport;

/// <summary>The order in which a host's addresses are tried: IPv6 and IPv4 in turn, beginning with the resolver's first (RFC 8305, section 4).</summary>
internal static class AddressOrder
{
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count < 2) return addresses;
        var first = addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily).ToList();
        var second = addresses.Where(a => a.AddressFamily != addresses[0].AddressFamily && a.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6).Except(first).ToList();
        var ordered = new List<IPAddress>(addresses.Count);
        for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            if (i < first.Count) ordered.Add(first[i]);
            if (i < second.Count) ordered.Add(second[i]);
        }

        return ordered;
    }
}
