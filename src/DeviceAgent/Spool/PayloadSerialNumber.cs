using System.Text.Json;

namespace DeviceAgent.Spool;

/// <summary>Who measured, as the payload says.</summary>
internal static class PayloadSerialNumber
{
    /// <summary>The member <c>serial_number</c>; empty when there is none.</summary>
    public static string Of(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("serial_number"u8)) continue;
                return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or not text: nobody's.
        }

        return "";
    }
}
