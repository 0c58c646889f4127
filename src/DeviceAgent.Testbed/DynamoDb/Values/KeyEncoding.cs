using System.Text;

namespace DeviceAgent.Testbed.DynamoDb.Values;

/// <summary>Key values as bytes whose order is the order of the values: S by its UTF-8 bytes, B by its bytes, N by its value.</summary>
internal static class KeyEncoding
{
    private const byte Negative = 0;
    private const byte Zero = 1;
    private const byte Positive = 2;
    private const byte EndOfNegative = byte.MaxValue;

    public static byte[] Encode(AttributeValue value) => value.Type switch
    {
        AttributeType.S => Text(value.Text),
        AttributeType.N => Number(value.Number),
        AttributeType.B => value.Bytes,
        _ => throw new ArgumentOutOfRangeException(nameof(value), value.Type, "A key is of type S, N or B."),
    };

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The first key after all those that begin with a prefix; null when there is none.</summary>
    public static byte[]? AfterPrefix(byte[] prefix)
    {
        var last = prefix.AsSpan().LastIndexOfAnyExcept(byte.MaxValue);
        if (last < 0) return null;
        var after = prefix[..(last + 1)];
        after[last]++;
        return after;
    }

    /// <summary>
    /// Sign, exponent (one byte: -130..125), digits. Of a negative number exponent and digits are complemented and an
    /// end mark follows, so that of two with the same beginning the longer one, which is the smaller, comes first.
    /// </summary>
    private static byte[] Number(DynamoNumber number)
    {
        if (number.Sign == 0) return [Zero];
        var exponent = number.Exponent - DynamoNumber.SmallestExponent;
        return number.Sign > 0
            ? [Positive, (byte)exponent, .. number.Digits.Select(d => (byte)(d - '0'))]
            : [Negative, (byte)(byte.MaxValue - exponent), .. number.Digits.Select(d => (byte)('9' - d)), EndOfNegative];
    }
}
