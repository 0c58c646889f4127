using System.Text.Json;
using DeviceAgent.RoleAlias;

namespace DeviceAgent.Local;

/// <summary>How it stands with the role alias, as JSON.</summary>
internal static class RotationJson
{
    public static void Write(Utf8JsonWriter json, string name, RotationStatus status)
    {
        json.WriteStartObject(name);
        json.WriteString("in_force", status.Active);
        json.WriteString("configured", status.Configured);
        json.WriteString("phase", CamelCase(status.Phase));
        json.WriteString("candidate", status.Candidate);
        json.WriteString("previous", status.Previous);
        if (status.Last is { } last)
        {
            json.WriteStartObject("last_change");
            json.WriteString("role_alias", last.RoleAlias);
            json.WriteString("result", CamelCase(last.Outcome.Result));
            json.WriteString("code", last.Outcome.Code);
            json.WriteString("reason", last.Outcome.Reason);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("last_change");
        }

        json.WriteEndObject();
    }

    private static string CamelCase<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
