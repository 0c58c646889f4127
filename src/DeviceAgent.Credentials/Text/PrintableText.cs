using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace DeviceAgent.Credentials.Text;

/// <summary>
/// The one way of text from outside (clouds, brokers, clients, files) into a log, a message, a report or a terminal: one line, without anything that a reader
/// does not see or that moves what he sees (Unicode's control, format and bidi characters, separators of lines, halves of characters, what is not assigned),
/// and cut.
/// </summary>
internal static class PrintableText
{
    /// <summary>For the words of a service.</summary>
    public const int Longest = 300;

    private const string Ellipsis = "...";

    /// <summary>A space for each thing that cannot be printed.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="longest">In UTF-16 units, the three dots of what is cut included.</param>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text, int longest = Longest) => Of(text, longest, static _ => " ");

    /// <summary>The same for what the reader wrote himself and is to find again: each thing that cannot be printed as JSON writes it, <c>\n</c> or <c>\u001b</c>.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="longest">In UTF-16 units, the three dots of what is cut included; null for all of it.</param>
    public static string Escaped(string text, int? longest = null) => Of(text, longest ?? int.MaxValue - Ellipsis.Length, Escape);

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Of(string? text, int longest, Func<string, string> replace)
    {
        if (text is null) return null;
        if (text.Length <= longest && IsPrintable(text)) return text;
        var line = new StringBuilder(Math.Min(text.Length, longest) + 2);
        var rest = text.AsSpan();
        while (!rest.IsEmpty && line.Length <= longest)
        {
            var isWhole = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            if (isWhole && IsPrintable(Rune.GetUnicodeCategory(rune))) line.Append(rune);
            else line.Append(replace(rest[..length].ToString()));
            rest = rest[length..];
        }

        if (line.Length <= longest) return line.ToString();
        line.Length = Math.Max(0, longest - Ellipsis.Length);
        // Not between the two halves of a character.
        if (line.Length > 0 && char.IsHighSurrogate(line[^1])) line.Length--;
        return line.Append(Ellipsis).ToString();
    }

    /// <summary>All of it: for what is known to be bounded.</summary>
    public static string Whole(string text) => Of(text, int.MaxValue - Ellipsis.Length);

    private static string Escape(string unprintable) => unprintable switch
    {
        "\n" => @"\n",
        "\r" => @"\r",
        "\t" => @"\t",
        _ => string.Concat(unprintable.Select(c => $@"\u{(int)c:x4}")),
    };

    private static bool IsPrintable(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or > '~') return false;
        }

        return true;
    }

    private static bool IsPrintable(UnicodeCategory category) =>
        category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
