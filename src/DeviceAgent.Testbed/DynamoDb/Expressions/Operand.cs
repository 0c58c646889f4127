using System.Globalization;
using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

internal abstract class Operand : ExpressionNode
{
    /// <summary>The type, when it is known without an item.</summary>
    public virtual AttributeType? KnownType => null;

    /// <summary>The value in an item; null when the item does not have it.</summary>
    public abstract AttributeValue? Resolve(IReadOnlyDictionary<string, AttributeValue> item);
}

internal sealed class PathOperand(DocumentPath path) : Operand
{
    public DocumentPath Path { get; } = path;

    public override AttributeValue? Resolve(IReadOnlyDictionary<string, AttributeValue> item) => Path.Resolve(item);
}

internal sealed class ValueOperand(AttributeValue value) : Operand
{
    public AttributeValue Value { get; } = value;

    public override AttributeType? KnownType => Value.Type;

    public override AttributeValue? Resolve(IReadOnlyDictionary<string, AttributeValue> item) => Value;
}

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

/// <summary>A part of a condition expression: a <see cref="Condition"/> or an <see cref="Operand"/>.</summary>
internal abstract class ExpressionNode;
