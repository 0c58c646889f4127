namespace DeviceAgent.Commands;

/// <summary>Colours, where a person looks on and wants them (<see href="https://no-color.org"/>).</summary>
internal static class Terminal
{
    public const string Red = "\u001b[31m";
    public const string Green = "\u001b[32m";
    public const string Yellow = "\u001b[33m";
    public const string Faint = "\u001b[2m";

    private const string NoColour = "NO_COLOR";
    private const string Reset = "\u001b[0m";

    public static bool HasColours => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(NoColour));

    public static string In(string colour, string text, bool inColour) => inColour ? $"{colour}{text}{Reset}" : text;
}
