using System.Globalization;
using System.Text.Json;

namespace DeviceAgent.Readings;

/// <summary>One value of a reading. A number keeps the exact decimal text it was given as.</summary>
internal abstract record ReadingValue
{
    private ReadingValue()
    {
    }

    internal sealed record Number(string Digits) : ReadingValue;

    internal sealed record Text(string Value) : ReadingValue;

    internal sealed record Flag(bool Value) : ReadingValue;

    internal sealed record Nothing : ReadingValue;

    internal sealed record Sequence(IReadOnlyList<ReadingValue> Values) : ReadingValue;

    internal sealed record Structure(IReadOnlyList<KeyValuePair<string, ReadingValue>> Fields) : ReadingValue;

    public static ReadingValue Of(decimal number) => new Number(number.ToString(CultureInfo.InvariantCulture));

    public static ReadingValue Of(bool flag) => new Flag(flag);

    public static ReadingValue From(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => new Number(json.GetRawText()),
        JsonValueKind.String => new Text(json.GetString()!),
        JsonValueKind.True => new Flag(true),
        JsonValueKind.False => new Flag(false),
        JsonValueKind.Array => new Sequence([.. json.EnumerateArray().Select(From)]),
        JsonValueKind.Object => new Structure([.. json.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, From(p.Value)))]),
        _ => new Nothing(),
    };

    public void WriteTo(Utf8JsonWriter writer)
    {
        switch (this)
        {
            case Number number:
                writer.WriteRawValue(number.Digits);
                break;
            case Text text:
                writer.WriteStringValue(text.Value);
                break;
            case Flag flag:
                writer.WriteBooleanValue(flag.Value);
                break;
            case Sequence sequence:
                writer.WriteStartArray();
                foreach (var value in sequence.Values) value.WriteTo(writer);
                writer.WriteEndArray();
                break;
            case Structure structure:
                writer.WriteStartObject();
                foreach (var (name, value) in structure.Fields)
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
