namespace DeviceAgent.Supervision;

/// <summary>The text of STATUS=.</summary>
internal static class StatusLine
{
    /// <summary>What a terminal shows of it.</summary>
    public const int MaxLength = 400;

    /// <summary>One line, without control characters, of at most <see cref="MaxLength"/> characters.</summary>
    public static string Clean(string text)
    {
        var line = string.Create(text.Length, text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
        }).Trim();
        if (line.Length <= MaxLength) return line;

        // Not between the two halves of a character.
        var end = char.IsHighSurrogate(line[MaxLength - 2]) ? MaxLength - 2 : MaxLength - 1;
        return line[..end] + "…";
    }
}
