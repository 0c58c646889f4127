using System.Text;

namespace DeviceAgent.Testbed.DynamoDb.Values;

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
