using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DeviceAgent.Readings;

/// <summary>What is known of a reading's key.</summary>
internal enum KeyUse
{
    /// <summary>No other reading has it.</summary>
    Free,

    /// <summary>The same reading was here before: it is the same item.</summary>
    Same,

    /// <summary>A reading with other values has it: one of the two would be lost.</summary>
    Other,

    /// <summary>It lies among those that are no longer remembered.</summary>
    Unknown,
}

/// <summary>
/// Remembers the keys of the last readings, so that no two different ones are taken under one key. Thread-safe.
/// </summary>
/// <param name="capacity">How many are remembered, at about 50 bytes each.</param>
/// <param name="isExact">Those that are forgotten leave a trace, so that a key is free for certain or not.</param>
internal sealed class TakenKeys(int capacity, bool isExact)
{
    /// <summary>Nobody can find readings that meet by intent.</summary>
    private readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, ulong> _contents = [];
    private readonly Queue<(ulong Key, ulong Owner, long Ticks)> _order = new();
    private ForgottenKeys? _forgotten;

    /// <summary>Looks the key up, and notes it where it is free.</summary>
    public KeyUse Take(Reading reading)
    {
        var ticks = reading.Timestamp.Moment.UtcTicks;
        var owner = Hash(reading.SerialNumber);
        var key = Hash(owner, Hash((ulong)ticks, Hash(reading.Timestamp.Finer)));
        var content = HashFields(reading.Attributes);
        lock (_gate)
        {
            if (_contents.TryGetValue(key, out var before)) return before == content ? KeyUse.Same : KeyUse.Other;
            if (_forgotten?.MayHold(key, owner, ticks) == true) return KeyUse.Unknown;
            if (_order.Count == capacity) Forget(_order.Dequeue());
            _order.Enqueue((key, owner, ticks));
            _contents.Add(key, content);
            return KeyUse.Free;
        }
    }

    private void Forget((ulong Key, ulong Owner, long Ticks) reading)
    {
        _contents.Remove(reading.Key);
        if (isExact) (_forgotten ??= new ForgottenKeys()).Add(reading.Key, reading.Owner, reading.Ticks);
    }

    /// <summary>The same for the same values, in whatever order their names come.</summary>
    private ulong HashFields(IReadOnlyList<KeyValuePair<string, ReadingValue>> fields)
    {
        var sum = 0UL;
        for (var i = 0; i < fields.Count; i++) sum += Hash(Hash(fields[i].Key), Hash(fields[i].Value));
        return sum;
    }

    private ulong Hash(ReadingValue value) => value switch
    {
        ReadingValue.Number number => Hash(1, Hash(Plain(number.Digits))),
        ReadingValue.String text => Hash(2, Hash(text.Value)),
        ReadingValue.Bool flag => Hash(3, flag.Value ? 1UL : 0),
        ReadingValue.List list => list.Values.Aggregate(4UL, (hash, v) => Hash(hash, Hash(v))),
        ReadingValue.Map map => Hash(5, HashFields(map.Fields)),
        _ => 6,
    };

    /// <summary>One text for one number: nearly all are written so already.</summary>
    private static string Plain(string digits) =>
        digits.AsSpan().ContainsAny('e', 'E') || digits is "-0" || (digits.EndsWith('0') && digits.Contains('.', StringComparison.Ordinal))
            ? ExactDecimal.TryParse(digits)?.WithoutZeros().ToString() ?? digits
            : digits;

    /// <summary>64 bits of it: among millions of readings no two meet by chance.</summary>
    private ulong Hash(string text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()), _seed);

    private ulong Hash(ulong one, ulong other) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes<ulong>([one, other]), _seed);
}

/// <summary>
/// What is left of keys that are no longer remembered: the span of each serial number, which a file in the order of time never enters again,
/// and for files that do a Bloom filter of 4 MB, which takes one of 100,000 free keys for a taken one after a million.
/// </summary>
internal sealed class ForgottenKeys
{
    private const int Bits = 1 << 25;
    private const int Functions = 8;

    private readonly Dictionary<ulong, (long First, long Last)> _spans = [];
    private readonly System.Collections.BitArray _filter = new(Bits);

    public void Add(ulong key, ulong owner, long ticks)
    {
        var span = _spans.GetValueOrDefault(owner, (First: ticks, Last: ticks));
        _spans[owner] = (Math.Min(span.First, ticks), Math.Max(span.Last, ticks));
        for (var i = 0; i < Functions; i++) _filter[Position(key, i)] = true;
    }

    /// <summary>False: for certain not.</summary>
    public bool MayHold(ulong key, ulong owner, long ticks)
    {
        if (!_spans.TryGetValue(owner, out var span) || ticks < span.First || ticks > span.Last) return false;
        for (var i = 0; i < Functions; i++)
        {
            if (!_filter[Position(key, i)]) return false;
        }

        return true;
    }

    private static int Position(ulong key, int function) => (int)(((uint)key + ((uint)function * ((uint)(key >> 32) | 1))) % Bits);
}
