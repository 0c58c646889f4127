using System.Text;

namespace DeviceAgent.Readings;

/// <summary>The size of an item as DynamoDB counts it: attribute names and values, in bytes.</summary>
internal static class ReadingSize
{
    public static int Of(string name, ReadingValue value) => Encoding.UTF8.GetByteCount(name) + Of(value);

    public static int Of(ReadingValue value) => value switch
    {
        ReadingValue.Number n => ((DecimalText.CountDigits(n.Digits) + 1) / 2) + 1 + (n.Digits[0] == '-' ? 1 : 0),
        ReadingValue.Text t => Encoding.UTF8.GetByteCount(t.Value),
        ReadingValue.Sequence s => 3 + s.Values.Sum(v => 1 + Of(v)),
        ReadingValue.Structure s => 3 + s.Fields.Sum(f => 1 + Of(f.Key, f.Value)),
        _ => 1,
    };
}
