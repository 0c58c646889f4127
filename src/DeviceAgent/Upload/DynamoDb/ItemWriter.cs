using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Readings;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>
/// Writes stored readings as the request of a BatchWriteItem, in DynamoDB's JSON, straight from their JSON in the spool: names and texts are copied,
/// numbers keep their digits.
/// </summary>
internal sealed class ItemWriter(TableOptions table)
{
    /// <summary>What an item needs in a request beside its attributes: the wrapping and the types.</summary>
    public const int WrappingBytes = 128;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonEncodedText Text = JsonEncodedText.Encode("S");
    private static readonly JsonEncodedText Number = JsonEncodedText.Encode("N");
    private static readonly JsonEncodedText Bool = JsonEncodedText.Encode("BOOL");
    private static readonly JsonEncodedText Null = JsonEncodedText.Encode("NULL");
    private static readonly JsonEncodedText List = JsonEncodedText.Encode("L");
    private static readonly JsonEncodedText Map = JsonEncodedText.Encode("M");

    private readonly JsonEncodedText _partitionKey = Name(table.PartitionKey);
    private readonly JsonEncodedText _sortKey = Name(table.SortKey);
    private readonly JsonEncodedText? _timeToLive = table.TimeToLive is { } timeToLive ? Name(timeToLive.Attribute) : null;
    private readonly (JsonEncodedText Name, byte[] Value)[] _static = [.. table.StaticAttributes.Select(a => (Name(a.Key), ValueOf(a.Value)))];

    /// <summary>The body of a BatchWriteItem of one table.</summary>
    public void WriteBatch(IReadOnlyList<PendingReading> readings, IBufferWriter<byte> body)
    {
        using var json = new Utf8JsonWriter(body, WriterOptions);
        json.WriteStartObject();
        json.WriteStartObject("RequestItems"u8);
        json.WriteStartArray(table.TableName);
        foreach (var reading in readings)
        {
            json.WriteStartObject();
            json.WriteStartObject("PutRequest"u8);
            json.WritePropertyName("Item"u8);
            WriteItem(reading, json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The body of a BatchWriteItem that deletes one item.</summary>
    public void WriteDeletion(ReadingKey key, IBufferWriter<byte> body)
    {
        using var json = new Utf8JsonWriter(body, WriterOptions);
        json.WriteStartObject();
        json.WriteStartObject("RequestItems"u8);
        json.WriteStartArray(table.TableName);
        json.WriteStartObject();
        json.WriteStartObject("DeleteRequest"u8);
        json.WriteStartObject("Key"u8);
        WriteText(json, _partitionKey, key.SerialNumber);
        WriteText(json, _sortKey, key.Timestamp);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteItem(PendingReading reading, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteText(json, _partitionKey, reading.Key.SerialNumber);
        WriteText(json, _sortKey, reading.Key.Timestamp);
        if (_timeToLive is { } attribute)
        {
            var expiry = reading.Record.Timestamp.ToUnixTimeSeconds() + (table.TimeToLive!.Days * 86_400L);
            json.WriteStartObject(attribute);
            json.WriteString(Number, expiry.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        Span<bool> own = _static.Length <= 64 ? stackalloc bool[_static.Length] : new bool[_static.Length];
        WriteAttributes(reading.Record.Payload.Span, json, own);
        for (var i = 0; i < _static.Length; i++)
        {
            if (own[i]) continue;
            json.WritePropertyName(_static[i].Name);
            json.WriteRawValue(_static[i].Value, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    /// <param name="stored">The reading's JSON.</param>
    /// <param name="json">Where they go.</param>
    /// <param name="own">Which static attributes the reading has itself.</param>
    private void WriteAttributes(ReadOnlySpan<byte> stored, Utf8JsonWriter json, Span<bool> own)
    {
        var reader = new Utf8JsonReader(stored);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (IsKeyOrExpiry(ref reader))
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            for (var i = 0; i < _static.Length; i++) own[i] |= reader.ValueTextEquals(table.StaticAttributes[i].Key);
            WriteName(ref reader, json);
            reader.Read();
            WriteValue(ref reader, json);
        }
    }

    private bool IsKeyOrExpiry(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals(ReadingJson.SerialNumberName) || reader.ValueTextEquals(ReadingJson.TimestampName)
        || reader.ValueTextEquals(table.PartitionKey) || reader.ValueTextEquals(table.SortKey)
        || (table.TimeToLive is { } timeToLive && reader.ValueTextEquals(timeToLive.Attribute));

    private static void WriteValue(ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                json.WriteString(Number, reader.ValueSpan);
                break;
            case JsonTokenType.String:
                json.WritePropertyName(Text);
                WriteString(ref reader, json);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                json.WriteBoolean(Bool, reader.GetBoolean());
                break;
            case JsonTokenType.StartArray:
                json.WriteStartArray(List);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) WriteValue(ref reader, json);
                json.WriteEndArray();
                break;
            case JsonTokenType.StartObject:
                json.WriteStartObject(Map);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    WriteName(ref reader, json);
                    reader.Read();
                    WriteValue(ref reader, json);
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteBoolean(Null, true);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteName(ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        if (reader.ValueIsEscaped) json.WritePropertyName(reader.GetString()!);
        else json.WritePropertyName(reader.ValueSpan);
    }

    private static void WriteString(ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        if (reader.ValueIsEscaped) json.WriteStringValue(reader.GetString());
        else json.WriteStringValue(reader.ValueSpan);
    }

    private static void WriteText(Utf8JsonWriter json, JsonEncodedText name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString(Text, text);
        json.WriteEndObject();
    }

    private static JsonEncodedText Name(string name) => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    private static byte[] ValueOf(ReadingValue value)
    {
        var (given, written) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        using (var json = new Utf8JsonWriter(given, WriterOptions)) value.WriteTo(json);
        var reader = new Utf8JsonReader(given.WrittenSpan);
        reader.Read();
        using (var json = new Utf8JsonWriter(written, WriterOptions)) WriteValue(ref reader, json);
        return written.WrittenSpan.ToArray();
    }
}
