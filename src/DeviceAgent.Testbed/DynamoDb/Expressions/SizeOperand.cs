using System.Globalization;
using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary><c>size(path)</c>: characters of a string, bytes of a binary, entries of anything that has entries.</summary>
internal sealed class SizeOperand(Operand of) : Operand
{
    public override AttributeType? KnownType => AttributeType.N;

    public override AttributeValue? Resolve(IReadOnlyDictionary<string, AttributeValue> item)
    {
        var value = of.Resolve(item);
        int? size = value?.Type switch
        {
            AttributeType.S => value.Text.Length,
            AttributeType.B => value.Bytes.Length,
            AttributeType.M => value.Members.Count,
            AttributeType.L or AttributeType.SS or AttributeType.NS or AttributeType.BS => value.Elements.Count,
            _ => null,
        };
        return size is { } number ? AttributeValue.Of(DynamoNumber.Parse(number.ToString(CultureInfo.InvariantCulture))) : null;
    }
}
