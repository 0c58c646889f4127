using System.Globalization;
using System.Numerics;

namespace DeviceAgent.Readings.Reduction;

/// <summary>What is known of an attribute's values in a window: in constant space, whatever their number is.</summary>
internal sealed class Aggregate
{
    /// <summary>Numbers that go into a window have at most a hundred digits before and behind the point.</summary>
    private const int LongestSum = 250;

    private ExactDecimal _min;
    private ExactDecimal _max;

    /// <summary>Values, NULL not counted.</summary>
    public long Count { get; private set; }

    /// <summary>Numbers among them.</summary>
    public long Numbers { get; private set; }

    public ExactDecimal Sum { get; private set; }

    /// <summary>As it was written; null without numbers.</summary>
    public string? Min { get; private set; }

    public string? Max { get; private set; }

    /// <summary>NULL only where all values were.</summary>
    public ReadingValue Last { get; private set; } = new ReadingValue.Null();

    /// <summary>When that was taken.</summary>
    public ReadingTime LastAt { get; private set; }

    /// <summary>Whether a value can go into a window: exactly, and in little space.</summary>
    public static bool Takes(ReadingValue value) => value switch
    {
        ReadingValue.Number number => ExactDecimal.TryParse(number.Digits) is not null,
        _ => ValueText.IsShort(value),
    };

    public void Add(ReadingValue value, ReadingTime at)
    {
        if (value is ReadingValue.Null) return;
        if (Count == 0 || !at.IsBefore(LastAt)) (Last, LastAt) = (value, at);
        Count++;
        if (value is not ReadingValue.Number number || ExactDecimal.TryParse(number.Digits) is not { } exact) return;
        if (Numbers == 0 || exact.CompareTo(_min) < 0) (_min, Min) = (exact, number.Digits);
        if (Numbers == 0 || exact.CompareTo(_max) > 0) (_max, Max) = (exact, number.Digits);
        Sum = Sum.Add(exact);
        Numbers++;
    }

    /// <summary>
    /// The attributes of the window's item. Of texts, booleans, lists and maps there is no mean: their last value is told, whatever is asked for, so that
    /// nothing vanishes.
    /// </summary>
    public void WriteTo(List<KeyValuePair<string, ReadingValue>> item, string attribute, WindowFunction functions)
    {
        if (Numbers > 0)
        {
            Put(WindowFunction.Min, () => new ReadingValue.Number(Min!));
            Put(WindowFunction.Mean, () => new ReadingValue.Number(Sum.DivideBy(Numbers).ToString()));
            Put(WindowFunction.Max, () => new ReadingValue.Number(Max!));
        }

        if (Count > Numbers || Count == 0) functions |= WindowFunction.Last;
        Put(WindowFunction.Last, () => Last);
        Put(WindowFunction.Count, () => ReadingValue.Of(Count));

        void Put(WindowFunction function, Func<ReadingValue> value)
        {
            if (functions.HasFlag(function)) item.Add(KeyValuePair.Create(WindowFunctions.NameOf(attribute, function), value()));
        }
    }

    public SavedAggregate Save() => new(Count, Numbers, Sum.Unscaled.ToString(CultureInfo.InvariantCulture), Sum.Places, Min, Max, ValueText.Of(Last), LastAt == default ? null : LastAt.ToString());

    /// <summary>Null when it is nothing that <see cref="Save"/> gave.</summary>
    public static Aggregate? TryRestore(SavedAggregate saved)
    {
        ReadingTime lastAt = default;
        if (saved.Numbers < 0 || saved.Count < saved.Numbers || (saved.LastAt is { } at && !TimestampText.TryRead(at, out lastAt))) return null;
        if (saved.Sum.Length > LongestSum || saved.SumPlaces is < 0 or > LongestSum || !BigInteger.TryParse(saved.Sum, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sum)) return null;
        if (ValueText.TryRead(saved.Last) is not { } last) return null;
        var aggregate = new Aggregate { Count = saved.Count, Numbers = saved.Numbers, Sum = new ExactDecimal(sum, saved.SumPlaces), Last = last, LastAt = lastAt };
        if (saved.Numbers == 0) return aggregate;
        if (saved.Min is null || saved.Max is null || ExactDecimal.TryParse(saved.Min) is not { } min || ExactDecimal.TryParse(saved.Max) is not { } max) return null;
        (aggregate._min, aggregate.Min, aggregate._max, aggregate.Max) = (min, saved.Min, max, saved.Max);
        return aggregate;
    }
}
