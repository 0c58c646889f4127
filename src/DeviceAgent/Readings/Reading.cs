using System.Globalization;
using System.Text.Json;

namespace DeviceAgent.Readings;

/// <summary>What the agent stores and uploads: who measured, when, and what, in order.</summary>
/// <param name="SerialNumber">The device that measured; half of the reading's key.</param>
/// <param name="Timestamp">The other half of the key; default while the time is not known.</param>
/// <param name="Attributes">Name and value, in the source's order.</param>
internal sealed record Reading(string SerialNumber, ReadingTime Timestamp, IReadOnlyList<KeyValuePair<string, ReadingValue>> Attributes);

/// <summary>One value of a reading. A number keeps the exact decimal text it was given as.</summary>
internal abstract record ReadingValue
{
    private ReadingValue()
    {
    }

    internal sealed record Number(string Digits) : ReadingValue;

    internal sealed record String(string Value) : ReadingValue;

    internal sealed record Bool(bool Value) : ReadingValue;

    internal sealed record Null : ReadingValue;

    internal sealed record List(IReadOnlyList<ReadingValue> Values) : ReadingValue;

    internal sealed record Map(IReadOnlyList<KeyValuePair<string, ReadingValue>> Fields) : ReadingValue;

    public static ReadingValue Of(decimal number) => new Number(number.ToString(CultureInfo.InvariantCulture));

    public static ReadingValue Of(bool flag) => new Bool(flag);

    public static ReadingValue From(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => new Number(json.GetRawText()),
        JsonValueKind.String => new String(json.GetString()!),
        JsonValueKind.True => new Bool(true),
        JsonValueKind.False => new Bool(false),
        JsonValueKind.Array => new List([.. json.EnumerateArray().Select(From)]),
        JsonValueKind.Object => new Map([.. json.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, From(p.Value)))]),
        _ => new Null(),
    };

    public void WriteTo(Utf8JsonWriter writer)
    {
        switch (this)
        {
            case Number number:
                writer.WriteRawValue(number.Digits);
                break;
            case String s:
                writer.WriteStringValue(s.Value);
                break;
            case Bool b:
                writer.WriteBooleanValue(b.Value);
                break;
            case List list:
                writer.WriteStartArray();
                foreach (var value in list.Values) value.WriteTo(writer);
                writer.WriteEndArray();
                break;
            case Map map:
                writer.WriteStartObject();
                foreach (var (name, value) in map.Fields)
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
