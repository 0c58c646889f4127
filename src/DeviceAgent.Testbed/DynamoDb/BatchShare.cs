using System.Text.Json;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>A BatchWriteItem of which a share is held back and returned as unprocessed.</summary>
internal sealed class BatchShare
{
    // Values may nest 32 levels, each of which is two in JSON.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 256 };

    private readonly Dictionary<string, List<JsonElement>> _heldBack = [];

    private BatchShare()
    {
    }

    /// <summary>The request without what is held back.</summary>
    public ReadOnlyMemory<byte> Left { get; private set; }

    public bool NothingLeft { get; private set; } = true;

    /// <summary>Null when nothing was held back, or the body is not a batch (which the backend then says).</summary>
    public static BatchShare? HoldBack(ReadOnlyMemory<byte> body, Func<bool> draw)
    {
        using var document = JsonDocument.Parse(body, Reading);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("RequestItems", out var tables) || tables.ValueKind != JsonValueKind.Object) return null;
        if (tables.EnumerateObject().Any(table => table.Value.ValueKind != JsonValueKind.Array)) return null;

        var share = new BatchShare();
        var left = new Dictionary<string, List<JsonElement>>();
        foreach (var table in tables.EnumerateObject())
        {
            foreach (var write in table.Value.EnumerateArray()) Add(draw() ? share._heldBack : left, table.Name, write.Clone());
        }

        share.NothingLeft = left.Count == 0;
        share.Left = Replace(root, "RequestItems", left);
        return share._heldBack.Count > 0 ? share : null;
    }

    /// <summary>The backend's answer with what was held back among the unprocessed.</summary>
    public byte[] AddHeldBack(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer, Reading);
        var all = _heldBack.ToDictionary(table => table.Key, table => table.Value.ToList());
        if (document.RootElement.TryGetProperty("UnprocessedItems", out var unprocessed))
        {
            foreach (var table in unprocessed.EnumerateObject())
            {
                foreach (var write in table.Value.EnumerateArray()) Add(all, table.Name, write);
            }
        }

        return Replace(document.RootElement, "UnprocessedItems", all);
    }

    private static void Add(Dictionary<string, List<JsonElement>> tables, string name, JsonElement write)
    {
        if (!tables.TryGetValue(name, out var writes)) tables[name] = writes = [];
        writes.Add(write);
    }

    private static byte[] Replace(JsonElement root, string member, Dictionary<string, List<JsonElement>> tables) => JsonBytes.Write(json =>
    {
        json.WriteStartObject();
        foreach (var other in root.EnumerateObject())
        {
            if (other.Name != member) other.WriteTo(json);
        }

        json.WriteStartObject(member);
        foreach (var (name, writes) in tables)
        {
            json.WriteStartArray(name);
            foreach (var write in writes) write.WriteTo(json);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });
}
