using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>Capacity units, and ReturnConsumedCapacity: NONE, TOTAL or INDEXES.</summary>
internal static class ConsumedCapacity
{
    private const int WriteUnit = 1024;
    private const int ReadUnit = 4096;

    public static string? ReadMode(JsonElement request) => request.StringMember("ReturnConsumedCapacity");

    public static Constraints ConsumedCapacityMode(this Constraints constraints, string? mode) =>
        constraints.OneOf("returnConsumedCapacity", mode, "INDEXES", "TOTAL", "NONE");

    /// <summary>The larger of what was there and what is there now counts.</summary>
    public static double OfWrite(int? oldSize, int? newSize) => Units(Math.Max(oldSize ?? 0, newSize ?? 0), WriteUnit);

    public static double OfRead(long size, bool consistent) => Units(size, ReadUnit) * (consistent ? 1 : 0.5);

    public static void Write(Utf8JsonWriter answer, string? mode, string tableName, double units)
    {
        if (!IsAsked(mode)) return;
        answer.WritePropertyName("ConsumedCapacity");
        WriteTable(answer, mode, tableName, units);
    }

    public static void Write(Utf8JsonWriter answer, string? mode, IEnumerable<(string TableName, double Units)> tables)
    {
        if (!IsAsked(mode)) return;
        answer.WriteStartArray("ConsumedCapacity");
        foreach (var (tableName, units) in tables) WriteTable(answer, mode, tableName, units);
        answer.WriteEndArray();
    }

    private static void WriteTable(Utf8JsonWriter answer, string? mode, string tableName, double units)
    {
        answer.WriteStartObject();
        answer.WriteString("TableName", tableName);
        answer.WriteNumber("CapacityUnits", units);
        if (mode == "INDEXES")
        {
            answer.WriteStartObject("Table");
            answer.WriteNumber("CapacityUnits", units);
            answer.WriteEndObject();
        }

        answer.WriteEndObject();
    }

    private static bool IsAsked(string? mode) => mode is "TOTAL" or "INDEXES";

    private static long Units(long size, int unit) => Math.Max(1, (size + unit - 1) / unit);
}
