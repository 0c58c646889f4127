using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeviceAgent.Readings.Reduction;

/// <summary>Single values as JSON, and whether two of them are the same.</summary>
internal static class ValueText
{
    /// <summary>Longer ones are not held back: what is held must not fill the memory.</summary>
    private const int MostBytes = 1024;

    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool IsShort(ReadingValue value) => value switch
    {
        ReadingValue.Number number => number.Digits.Length <= MostBytes,
        ReadingValue.String text => text.Value.Length <= MostBytes,
        ReadingValue.List or ReadingValue.Map => Write(value).WrittenCount <= MostBytes,
        _ => true,
    };

    public static string Of(ReadingValue value) => System.Text.Encoding.UTF8.GetString(Write(value).WrittenSpan);

    /// <summary>Null when it is no JSON.</summary>
    public static ReadingValue? TryRead(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return ReadingValue.From(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Numbers by what they are worth, so that 21.0 is 21; everything else by how it is written.</summary>
    public static bool AreSame(ReadingValue one, ReadingValue other)
    {
        if (one is ReadingValue.Number a && other is ReadingValue.Number b)
            return a.Digits == b.Digits || (ExactDecimal.TryParse(a.Digits) is { } exact && ExactDecimal.TryParse(b.Digits) is { } last && exact.CompareTo(last) == 0);
        if (one is ReadingValue.List or ReadingValue.Map && one.GetType() == other.GetType()) return Write(one).WrittenSpan.SequenceEqual(Write(other).WrittenSpan);
        return one == other;
    }

    private static ArrayBufferWriter<byte> Write(ReadingValue value)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using var writer = new Utf8JsonWriter(buffer, _options);
        value.WriteTo(writer);
        writer.Flush();
        return buffer;
    }
}
