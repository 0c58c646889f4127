using System.Text.Json;
using DeviceAgent.Spool;

namespace DeviceAgent.Local;

/// <summary>The spool's status as JSON: in the agent's status, and by itself from the command.</summary>
internal static class SpoolJson
{
    public static void Write(Utf8JsonWriter json, string name, SpoolStatus status)
    {
        json.WriteStartObject(name);
        Write(json, status);
        json.WriteEndObject();
    }

    /// <summary>The properties only.</summary>
    public static void Write(Utf8JsonWriter json, SpoolStatus status)
    {
        json.WriteNumber("count", status.Count);
        Write(json, "count_by_class", status.CountByClass);
        json.WriteNumber("unknown_time", status.UnknownTime);
        json.WriteNumber("bytes", status.Bytes);
        json.WriteNumber("quota_bytes", status.QuotaBytes);
        if (status.OldestAge is { } age) json.WriteNumber("oldest_age_seconds", Math.Round(age.TotalSeconds, 3));
        else json.WriteNull("oldest_age_seconds");
        json.WriteNumber("dead_letters", status.DeadLetters);
        json.WriteBoolean("on_disk", status.OnDisk);
        json.WriteString("memory_reason", status.MemoryReason);
        json.WriteNumber("in_memory", status.InMemory);
        Write(json, "shed", status.Shed);
        json.WriteNumber("salvaged", status.Salvaged);
        json.WriteNumber("quarantined", status.Quarantined);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyDictionary<SpoolClass, long> byClass)
    {
        json.WriteStartObject(name);
        foreach (var @class in Enum.GetValues<SpoolClass>().Order()) json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(@class.ToString()), byClass.GetValueOrDefault(@class));
        json.WriteEndObject();
    }
}
