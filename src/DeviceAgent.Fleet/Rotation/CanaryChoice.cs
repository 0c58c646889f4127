using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Rotation;

/// <summary>Which things go first.</summary>
internal static class CanaryChoice
{
    /// <summary>As many as one job takes by name; more prove no more.</summary>
    public const int Most = NewJob.MaxTargets;

    /// <param name="wish"><c>5%</c>, <c>3</c>, <c>0</c> or names with commas between.</param>
    /// <param name="left">The things that are to be rotated.</param>
    /// <param name="view">By which it is known who is silent.</param>
    /// <exception cref="UsageException">It is none of these, or no thing is fit.</exception>
    public static IReadOnlyList<string> Of(string wish, IReadOnlyList<ThingState> left, StateView view)
    {
        if (Number(wish, left.Count) is not { } wanted) return Named(wish, left);
        if (wanted == 0) return [];
        // One that is off, or ill already, proves nothing, and keeps all others waiting.
        var fit = left.Where(t => !view.IsSilent(t) && t.Health == "ok" && t.Step is null).Select(t => t.Name).Order(StringComparer.Ordinal).ToList();
        if (fit.Count == 0) throw new UsageException("No thing is fit to be a canary: each is silent, unwell or being changed (device-fleet status). Name them: --canary A,B");
        var count = Math.Min(Math.Min(wanted, Most), fit.Count);
        // Things that were named alike are alike: spread over all.
        return [.. Enumerable.Range(0, count).Select(i => fit[(int)((long)i * fit.Count / count)])];
    }

    /// <summary>Before anything is read.</summary>
    /// <param name="wish">As in <see cref="Of"/>.</param>
    /// <param name="things">The things that were named for the rotation; empty for a group.</param>
    /// <exception cref="UsageException">It can be no wish, whatever the things are.</exception>
    public static void MustBeWish(string wish, IReadOnlyList<string> things)
    {
        if (Number(wish, 100) is not null) return;
        if (wish.EndsWith('%') || wish.StartsWith('-') || double.TryParse(wish, out _)) throw new UsageException($"--canary {wish}: write a share from 0% to 100%, a number (3), none (0) or names (A,B).");
        if (things.Count > 0) Named(wish, [.. things.Select(t => new ThingState(t))]);
    }

    private static int? Number(string wish, int of)
    {
        if (wish.EndsWith('%')) return Periods.TryParsePercentage(wish, out var percentage) ? percentage == 0 ? 0 : Math.Max(1, (int)Math.Ceiling(of * percentage / 100)) : null;
        return int.TryParse(wish, out var number) && number >= 0 ? number : null;
    }

    private static string[] Named(string wish, IReadOnlyList<ThingState> left)
    {
        string[] names = [.. Selecting.Names([wish]).Distinct()];
        if (names.Length is 0 or > Most) throw new UsageException($"--canary {wish}: write a share (5%), a number (3), none (0) or up to {Most} names (A,B).");
        foreach (var name in names)
        {
            if (!left.Any(t => t.Name == name)) throw new UsageException($"--canary: '{name}' is not among the things to be rotated{Settings.Spelling.Hint(name, left.Select(t => t.Name))}");
        }

        return names;
    }
}
