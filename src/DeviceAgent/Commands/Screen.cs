using System.Text;

namespace DeviceAgent.Commands;

/// <summary>Shows a text again and again in the same place of a terminal, without a flicker: each line is written over the old one.</summary>
internal sealed class Screen(TextWriter terminal)
{
    private const string Clear = "\u001b[2J";
    private const string Home = "\u001b[H";
    private const string RestOfLine = "\u001b[K";
    private const string RestOfScreen = "\u001b[J";
    private const char Escape = '\u001b';

    private bool _isCleared;

    public async Task ShowAsync(string text)
    {
        var (width, height) = SizeOfWindow();
        await terminal.WriteAsync($"{(_isCleared ? "" : Clear)}{Frame(text, width, height)}").ConfigureAwait(false);
        await terminal.FlushAsync().ConfigureAwait(false);
        _isCleared = true;
    }

    /// <summary>What fits, from the top; the last row says how many lines do not.</summary>
    /// <param name="text">Lines; colours take no room.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows, the one of the cursor included.</param>
    internal static string Frame(string text, int width, int height)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var frame = new StringBuilder(Home);
        var rows = height - 1;
        for (var i = 0; i < lines.Length; i++)
        {
            var needed = Math.Max(1, (LengthOf(lines[i]) + width - 1) / width);
            if (needed > rows - (i < lines.Length - 1 ? 1 : 0))
            {
                frame.Append($"... {lines.Length - i} more lines").Append(RestOfLine).Append('\n');
                break;
            }

            rows -= needed;
            frame.Append(lines[i]).Append(RestOfLine).Append('\n');
        }

        return frame.Append(RestOfScreen).ToString();
    }

    private static int LengthOf(string line)
    {
        var length = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == Escape) i = line.IndexOf('m', i) is >= 0 and var end ? end : line.Length;
            else length++;
        }

        return length;
    }

    private static (int Width, int Height) SizeOfWindow()
    {
        const int usualWidth = 80, usualHeight = 24;
        try
        {
            return (Console.WindowWidth is > 0 and var width ? width : usualWidth, Console.WindowHeight is > 1 and var height ? height : usualHeight);
        }
        catch (IOException)
        {
            return (usualWidth, usualHeight);
        }
    }
}
