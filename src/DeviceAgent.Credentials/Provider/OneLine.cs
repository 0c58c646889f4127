namespace DeviceAgent.Credentials.Provider;

/// <summary>Makes text from outside fit for one log line.</summary>
internal static class OneLine
{
    private const int MaxLength = 300;

    public static string From(string text)
    {
        var line = string.Concat(text.Trim().Take(MaxLength).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > MaxLength ? line + "..." : line;
    }
}
