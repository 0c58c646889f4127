namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>One step of a document path: a name, or (when the name is null) an index into a list.</summary>
internal readonly record struct PathElement(string? Name, int Index)
{
    public static PathElement Of(string name) => new(name, 0);

    public static PathElement Of(int index) => new(null, index);

    public override string ToString() => Name ?? $"[{Index}]";
}
