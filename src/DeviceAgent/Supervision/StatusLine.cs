using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Supervision;

/// <summary>The text of STATUS=.</summary>
internal static class StatusLine
{
    /// <summary>What a terminal shows of it.</summary>
    public const int MaxLength = 400;

    /// <summary>One line, without control characters, of at most <see cref="MaxLength"/> characters.</summary>
    public static string Clean(string text) => PrintableText.Of(text.Trim(), MaxLength).Trim();
}
