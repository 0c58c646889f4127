using System.Text;

namespace DeviceAgent.Testbed.DynamoDb.Values;

/// <summary>A value of an attribute, valid by construction (see <see cref="AttributeReader"/>).</summary>
internal sealed class AttributeValue
{
    private readonly object _content;

    private AttributeValue(AttributeType type, object content)
    {
        Type = type;
        _content = content;
    }

    public static AttributeValue Null { get; } = new(AttributeType.NULL, true);

    public AttributeType Type { get; }

    /// <summary>Of an S.</summary>
    public string Text => (string)_content;

    /// <summary>Of an N.</summary>
    public DynamoNumber Number => (DynamoNumber)_content;

    /// <summary>Of a B.</summary>
    public byte[] Bytes => (byte[])_content;

    /// <summary>Of a BOOL.</summary>
    public bool Flag => (bool)_content;

    /// <summary>Of an M.</summary>
    public IReadOnlyDictionary<string, AttributeValue> Members => (IReadOnlyDictionary<string, AttributeValue>)_content;

    /// <summary>Of an L, and of the sets: an SS holds S values, an NS holds N values, a BS holds B values.</summary>
    public IReadOnlyList<AttributeValue> Elements => (IReadOnlyList<AttributeValue>)_content;

    public bool IsSet => Type is AttributeType.SS or AttributeType.NS or AttributeType.BS;

    public static AttributeValue Of(string text) => new(AttributeType.S, text);

    public static AttributeValue Of(DynamoNumber number) => new(AttributeType.N, number);

    public static AttributeValue Of(byte[] bytes) => new(AttributeType.B, bytes);

    public static AttributeValue Of(bool flag) => new(AttributeType.BOOL, flag);

    public static AttributeValue Of(IReadOnlyDictionary<string, AttributeValue> members) => new(AttributeType.M, members);

    /// <param name="type">L, SS, NS or BS.</param>
    /// <param name="elements">Of the type that <paramref name="type"/> holds.</param>
    public static AttributeValue Of(AttributeType type, IReadOnlyList<AttributeValue> elements) => new(type, elements);

    /// <summary>The value as plain text: what IAM compares, and what an error message shows.</summary>
    public string ToPlainText() => Type switch
    {
        AttributeType.S => Text,
        AttributeType.N => Number.ToString(),
        AttributeType.B => Convert.ToBase64String(Bytes),
        AttributeType.BOOL => Flag ? "true" : "false",
        AttributeType.NULL => "true",
        AttributeType.M => "{" + string.Join(", ", Members.Select(m => $"{m.Key}: {m.Value.ToPlainText()}")) + "}",
        _ => "[" + string.Join(", ", Elements.Select(e => e.ToPlainText())) + "]",
    };
}

/// <summary>The data types, named as on the wire.</summary>
internal enum AttributeType
{
    S,
    N,
    B,
    BOOL,
    NULL,
    M,
    L,
    SS,
    NS,
    BS,
}

/// <summary>The size of items as the service counts it, in bytes.</summary>
internal static class AttributeSize
{
    /// <summary>400 KB.</summary>
    public const int LargestItem = 400 * 1024;

    public static int OfItem(IReadOnlyDictionary<string, AttributeValue> item) => item.Sum(a => OfText(a.Key) + Of(a.Value));

    public static int OfText(string text) => Encoding.UTF8.GetByteCount(text);

    private static int Of(AttributeValue value) => value.Type switch
    {
        AttributeType.S => OfText(value.Text),
        AttributeType.N => (value.Number.Digits.Length + 1) / 2 + (value.Number.Sign < 0 ? 2 : 1),
        AttributeType.B => value.Bytes.Length,
        AttributeType.BOOL or AttributeType.NULL => 1,
        AttributeType.M => 3 + value.Members.Count + OfItem(value.Members),
        AttributeType.L => 3 + value.Elements.Count + value.Elements.Sum(Of),
        _ => value.Elements.Sum(Of),
    };
}
