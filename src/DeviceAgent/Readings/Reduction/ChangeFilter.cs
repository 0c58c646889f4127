namespace DeviceAgent.Readings.Reduction;

/// <summary>
/// Report by exception: a value passes when it differs from the one that was sent last, of numbers by more than the dead band, or when that was long
/// ago. The first one passes, after a restart too. Not safe for use by two threads at once.
/// </summary>
internal sealed class ChangeFilter
{
    /// <summary>Of serial number and attribute together; further ones pass always.</summary>
    private const int MostRemembered = 10_000;

    private static readonly ExactDecimal _hundred = new(100, 0);

    private readonly Dictionary<(string Owner, string Attribute), Sent> _sent = [];

    /// <param name="rule">What counts as a change.</param>
    /// <param name="owner">The serial number.</param>
    /// <param name="attribute">Its name in the source.</param>
    /// <param name="values">The value, or what is told of its window; one that is outside of the dead band takes the others with it.</param>
    /// <param name="at">When.</param>
    public bool Passes(ReductionRule rule, string owner, string attribute, IReadOnlyList<KeyValuePair<string, ReadingValue>> values, SampleTime at)
    {
        var key = (owner, attribute);
        if (_sent.TryGetValue(key, out var sent) && !IsDue(rule, sent.At, at) && !HasChanged(rule, sent.Values, values)) return false;
        if (values.All(v => ValueText.IsShort(v.Value)) && (sent.Values is not null || _sent.Count < MostRemembered)) _sent[key] = new Sent(values, at);
        else _sent.Remove(key);
        return true;
    }

    /// <summary>Something was not sent after all: whatever comes next passes.</summary>
    public void Clear() => _sent.Clear();

    private static bool IsDue(ReductionRule rule, SampleTime sent, SampleTime now) => rule.AtLeastEvery > TimeSpan.Zero && now.Since(sent) >= rule.AtLeastEvery;

    private static bool HasChanged(ReductionRule rule, IReadOnlyList<KeyValuePair<string, ReadingValue>> sent, IReadOnlyList<KeyValuePair<string, ReadingValue>> now)
    {
        if (sent.Count != now.Count) return true;
        for (var i = 0; i < now.Count; i++)
        {
            if (now[i].Key != sent[i].Key || HasChanged(rule, sent[i].Value, now[i].Value)) return true;
        }

        return false;
    }

    private static bool HasChanged(ReductionRule rule, ReadingValue sent, ReadingValue now)
    {
        if (rule is { DeadBand: 0, DeadBandPercent: 0 }
            || sent is not ReadingValue.Number { Digits: var before } || now is not ReadingValue.Number { Digits: var after }
            || ExactDecimal.TryParse(before) is not { } old || ExactDecimal.TryParse(after) is not { } @new) return !ValueText.AreSame(sent, now);
        var distance = old.DistanceTo(@new);
        return distance.CompareTo(ExactDecimal.Of(rule.DeadBand)) > 0
            && distance.Multiply(_hundred).CompareTo(old.Abs().Multiply(ExactDecimal.Of(rule.DeadBandPercent))) > 0;
    }

    private readonly record struct Sent(IReadOnlyList<KeyValuePair<string, ReadingValue>> Values, SampleTime At);
}

/// <summary>When a reading was taken, on the clock by which the time between it and others counts.</summary>
/// <param name="Own">The timestamp that it brought along; null for a live one.</param>
/// <param name="Monotonic">When it came in, which steps of the clock do not touch.</param>
internal readonly record struct SampleTime(DateTimeOffset? Own, TimeSpan Monotonic)
{
    public TimeSpan Since(SampleTime earlier) => Own is { } own && earlier.Own is { } other ? own - other : Monotonic - earlier.Monotonic;
}
