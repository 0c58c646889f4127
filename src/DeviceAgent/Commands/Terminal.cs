using System.Runtime.InteropServices;

namespace DeviceAgent.Commands;

/// <summary>Colours, where a person looks on and wants them (<see href="https://no-color.org"/>).</summary>
internal static partial class Terminal
{
    public const string Red = "\u001b[31m";
    public const string Green = "\u001b[32m";
    public const string Yellow = "\u001b[33m";
    public const string Faint = "\u001b[2m";

    private const string NoColour = "NO_COLOR";
    private const string Reset = "\u001b[0m";

    public static bool HasColours => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(NoColour));

    /// <summary>Whether what is written there goes nowhere: the other end of the pipe is closed.</summary>
    public static bool IsReaderGone(SafeHandle pipe)
    {
        const short error = 8;
        if (!OperatingSystem.IsLinux()) return false;

        // struct pollfd: the descriptor, what is waited for (16 bits; nothing), what is so (16 bits).
        Span<byte> one = stackalloc byte[8];
        one.Clear();
        BitConverter.TryWriteBytes(one, (int)pipe.DangerousGetHandle());
        return Poll(one, 1, 0) > 0 && (BitConverter.ToInt16(one[6..]) & error) != 0;
    }

    public static string In(string colour, string text, bool inColour) => inColour ? $"{colour}{text}{Reset}" : text;

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(Span<byte> files, nuint count, int milliseconds);
}
