namespace DeviceAgent.Readings.Sources.Replay;

/// <summary>What the text of a field stands for.</summary>
internal static class CsvField
{
    /// <summary>True for the texts by which programs write an undefined or infinite number.</summary>
    public static bool IsNotANumber(string field) =>
        field.Trim().TrimStart('+', '-').ToUpperInvariant() is "NAN" or "INF" or "INFINITY";

    /// <summary>A number, true or false, or text; null when the field says that there is no value.</summary>
    public static ReadingValue? ToValue(string field)
    {
        var text = field.Trim();
        if (text is "" or "NA") return null;
        if (DecimalText.IsNumber(text)) return new ReadingValue.Number(text);
        if (bool.TryParse(text, out var flag)) return ReadingValue.Of(flag);
        return new ReadingValue.Text(field);
    }
}
