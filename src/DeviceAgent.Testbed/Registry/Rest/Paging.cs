using System.Buffers.Text;
using System.Text;

namespace DeviceAgent.Testbed.Registry.Rest;

/// <summary>Lists in pages. A token names the last item seen, so that items that come or go meanwhile disturb nothing.</summary>
internal static class Paging
{
    private const int DefaultSize = 100;
    private const int MaximumSize = 250;

    /// <param name="items">All of them, in any order.</param>
    /// <param name="key">What they are sorted by; unique.</param>
    /// <param name="size">How many are wanted; null is the default.</param>
    /// <param name="token">Where the last page ended; null begins.</param>
    /// <param name="descending">Largest key first.</param>
    public static (IReadOnlyList<T> Items, string? Next) Page<T>(IEnumerable<T> items, Func<T, string> key, long? size, string? token, bool descending = false)
    {
        if (size is < 1 or > MaximumSize) throw RegistryException.InvalidRequest($"The page size must be between 1 and {MaximumSize}; got {size}.");
        var direction = descending ? -1 : 1;
        var last = token is null ? null : Decode(token);
        var left = items
            .Where(item => last is null || string.CompareOrdinal(key(item), last) * direction > 0)
            .Order(Comparer<T>.Create((a, b) => string.CompareOrdinal(key(a), key(b)) * direction))
            .ToList();
        var page = left.Take((int)(size ?? DefaultSize)).ToList();
        return (page, page.Count < left.Count ? Encode(key(page[^1])) : null);
    }

    private static string Encode(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));

    private static string Decode(string token) => Base64.IsValid(token)
        ? Encoding.UTF8.GetString(Convert.FromBase64String(token))
        : throw RegistryException.InvalidRequest("The token that says where to go on is not one of this service.");
}
