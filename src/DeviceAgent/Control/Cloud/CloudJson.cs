using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Control.Cloud;

/// <summary>
/// An object that a cloud sent. What in it no reader here can take is null, and is told as a fault with its place: who reads the object can refuse that part by
/// name, instead of losing the whole message without a word.
/// </summary>
/// <param name="Root">An object of at most <see cref="MaxDepth"/> levels, in which every text is one and every name stands once.</param>
/// <param name="Faults">What was left out.</param>
internal sealed record CloudJson(JsonElement Root, IReadOnlyList<JsonFault> Faults)
{
    /// <summary>Deeper than any document that is of use.</summary>
    public const int MaxDepth = 32;

    /// <summary>More digits than any number has that is of use.</summary>
    private const int LongestNumber = 100;

    private const int LongestExponent = 4;

    /// <summary>With so many, nothing of the object counts as readable.</summary>
    private const int MaxFaults = 20;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null when it is no JSON object.</summary>
    public static CloudJson? TryParse(ReadOnlyMemory<byte> payload)
    {
        if (TextDecoder.ToUtf8(payload, out _) is not { } utf8) return null;
        try
        {
            var faults = new List<JsonFault>();
            var buffer = new ArrayBufferWriter<byte>(Math.Max(utf8.Length, 16));
            using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            {
                // The reader takes any depth without a stack of its own; the copy ends before.
                var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
                new Copy(writer, faults).Value(ref reader, 1);
                // Whatever stands behind the object is an error.
                reader.Read();
            }

            using var document = JsonDocument.Parse(faults.Count == 0 ? utf8 : buffer.WrittenMemory);
            return new CloudJson(document.RootElement.Clone(), faults);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The first fault in a part of the object, in words; null when it has none.</summary>
    /// <param name="path">Names with dots, e.g. <c>execution.jobDocument</c>.</param>
    public string? FaultIn(string path) => Faults.FirstOrDefault(f => f.Touches(path)) is { } fault ? $"{PrintableText.Of(fault.Path)} {fault.What}"
        : Faults.Count == MaxFaults ? $"{MaxFaults} parts of the message and more cannot be read"
        : null;

    private sealed class Copy(Utf8JsonWriter writer, List<JsonFault> faults)
    {
        /// <summary>The names that lead to where it is.</summary>
        private readonly List<string> _path = [];

        public void Value(ref Utf8JsonReader reader, int depth)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when depth > MaxDepth:
                    reader.Skip();
                    LeaveOut($"is nested deeper than {MaxDepth} levels");
                    break;
                case JsonTokenType.StartObject:
                    Members(ref reader, depth);
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Value(ref reader, depth + 1);
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.String when JsonInput.TextOf(ref reader) is { } text:
                    writer.WriteStringValue(text);
                    break;
                case JsonTokenType.String:
                    LeaveOut("is a text with half a character (\\uD800 to \\uDFFF stand in pairs)");
                    break;
                case JsonTokenType.Number when IsOfUse(reader.ValueSpan):
                    writer.WriteRawValue(reader.ValueSpan);
                    break;
                case JsonTokenType.Number:
                    LeaveOut("is a number beyond all that can be meant");
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    writer.WriteBooleanValue(reader.TokenType == JsonTokenType.True);
                    break;
                default:
                    writer.WriteNullValue();
                    break;
            }
        }

        private void Members(ref Utf8JsonReader reader, int depth)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            writer.WriteStartObject();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonInput.TextOf(ref reader);
                _path.Add(name ?? Encoding.UTF8.GetString(reader.ValueSpan));
                reader.Read();
                if (name is not null && names.Add(name))
                {
                    writer.WritePropertyName(name);
                    Value(ref reader, depth + 1);
                }
                else
                {
                    reader.Skip();
                    Note(name is null ? "is a name with half a character (\\uD800 to \\uDFFF stand in pairs)" : "stands there twice");
                }

                _path.RemoveAt(_path.Count - 1);
            }

            writer.WriteEndObject();
        }

        private void LeaveOut(string what)
        {
            writer.WriteNullValue();
            Note(what);
        }

        private void Note(string what)
        {
            if (faults.Count < MaxFaults) faults.Add(new JsonFault(string.Join(SettingTree.Dot, _path), what));
        }

        private static bool IsOfUse(ReadOnlySpan<byte> number)
        {
            var exponent = number.IndexOfAny((byte)'e', (byte)'E');
            return number.Length <= LongestNumber && (exponent < 0 || number[(exponent + 1)..].TrimStart("+-0"u8).Length <= LongestExponent);
        }
    }
}

/// <summary>A part of an object that was left out.</summary>
/// <param name="Path">Where, as names with dots.</param>
/// <param name="What">Why, as the rest of a sentence that begins with the place.</param>
internal sealed record JsonFault(string Path, string What)
{
    /// <summary>Whether it is the part itself, in it, or what the part is in.</summary>
    public bool Touches(string path) => IsWithin(Path, path) || IsWithin(path, Path);

    public bool IsIn(string path) => IsWithin(Path, path);

    private static bool IsWithin(string inner, string outer) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || inner[outer.Length] == SettingTree.Dot);
}
