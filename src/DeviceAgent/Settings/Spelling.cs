namespace DeviceAgent.Settings;

/// <summary>Finds what was probably meant.</summary>
internal static class Spelling
{
    /// <summary><c>; did you mean 'x'?</c>, or nothing when no candidate is near.</summary>
    public static string Hint(string written, IEnumerable<string> candidates) => Nearest(written, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    /// <summary>The candidate that was probably meant; null when none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> candidates)
    {
        var best = candidates.Select(c => (Name: c, Distance: Distance(written.ToLowerInvariant(), c.ToLowerInvariant()))).OrderBy(c => c.Distance).FirstOrDefault();
        return best.Distance <= Math.Max(2, written.Length / 3) ? best.Name : null;
    }

    /// <summary>Insertions, deletions and replacements from one to the other (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
