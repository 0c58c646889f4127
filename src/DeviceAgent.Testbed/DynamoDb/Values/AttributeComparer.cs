namespace DeviceAgent.Testbed.DynamoDb.Values;

/// <summary>Equality of values (sets without order) and the order of the three types that have one.</summary>
internal sealed class AttributeComparer : IEqualityComparer<AttributeValue>
{
    public static AttributeComparer Instance { get; } = new();

    public bool Equals(AttributeValue? x, AttributeValue? y)
    {
        if (x is null || y is null || x.Type != y.Type) return ReferenceEquals(x, y);
        return x.Type switch
        {
            AttributeType.S => x.Text == y.Text,
            AttributeType.N => x.Number == y.Number,
            AttributeType.B => x.Bytes.AsSpan().SequenceEqual(y.Bytes),
            AttributeType.BOOL => x.Flag == y.Flag,
            AttributeType.NULL => true,
            AttributeType.L => x.Elements.SequenceEqual(y.Elements, this),
            AttributeType.M => x.Members.Count == y.Members.Count
                && x.Members.All(m => y.Members.TryGetValue(m.Key, out var other) && Equals(m.Value, other)),
            _ => new HashSet<AttributeValue>(x.Elements, this).SetEquals(y.Elements),
        };
    }

    public int GetHashCode(AttributeValue obj)
    {
        var hash = new HashCode();
        hash.Add(obj.Type);
        switch (obj.Type)
        {
            case AttributeType.S: hash.Add(obj.Text); break;
            case AttributeType.N: hash.Add(obj.Number); break;
            case AttributeType.B: hash.AddBytes(obj.Bytes); break;
            case AttributeType.BOOL: hash.Add(obj.Flag); break;
            case AttributeType.NULL: break;
            case AttributeType.M: hash.Add(obj.Members.Count); break;
            default: hash.Add(obj.Elements.Count); break;
        }

        return hash.ToHashCode();
    }

    /// <summary>Less than, equal to or greater than zero; null when the two have no order between them.</summary>
    public static int? Compare(AttributeValue? x, AttributeValue? y)
    {
        if (x is null || y is null || x.Type != y.Type) return null;
        return x.Type switch
        {
            AttributeType.S => KeyEncoding.Text(x.Text).AsSpan().SequenceCompareTo(KeyEncoding.Text(y.Text)),
            AttributeType.N => x.Number.CompareTo(y.Number),
            AttributeType.B => x.Bytes.AsSpan().SequenceCompareTo(y.Bytes),
            _ => null,
        };
    }
}
