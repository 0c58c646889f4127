using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Tables;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal static class KeyPaths
{
    /// <summary>Refuses paths that go into a key attribute, which is never a document.</summary>
    public static void Check(TableDefinition table, IEnumerable<DocumentPath>? paths)
    {
        var nested = (paths ?? []).Where(p => p.IsNested).Select(p => p.Head).ToHashSet();
        if (table.Keys.FirstOrDefault(k => nested.Contains(k.Name)) is { } key)
            throw DynamoDbException.Validation($"Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: {key.Name}");
    }
}
