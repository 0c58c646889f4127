using DeviceAgent.Credentials.Text;
using Spectre.Console;

namespace DeviceAgent.Fleet.Output;

/// <summary>A cell: text, and how it strikes the eye.</summary>
internal readonly record struct Cell(string Text, Emphasis Emphasis = Emphasis.None)
{
    public static implicit operator Cell(string? text) => new(text ?? "-");
}

internal enum Emphasis
{
    None,
    Good,
    Warning,
    Bad,
    Faint,
}

/// <summary>Rows under titles: drawn for a person, columns of plain text for a program or a ticket.</summary>
internal sealed class TextTable(params IEnumerable<string> titles)
{
    private readonly string[] _titles = [.. titles];
    private readonly List<Cell[]> _rows = [];

    public void Add(params IEnumerable<Cell> cells) => _rows.Add([.. cells.Select(c => c with { Text = PrintableText.Whole(c.Text) })]);

    /// <summary>When drawn, with a space at each side of a cell and one between.</summary>
    public int Width => _titles.Select((_, i) => WidthOf(i) + 3).Sum() + 1;

    /// <summary>Drawn where it fits; else plain, since a drawn table would break names.</summary>
    public async Task WriteAsync(Screen screen)
    {
        if (screen.Console is { } console && Width <= console.Profile.Width) console.Write(Drawn());
        else foreach (var line in Lines()) await screen.Out.WriteLineAsync(line).ConfigureAwait(false);
    }

    /// <summary>As wide as they must be, two spaces between.</summary>
    public IEnumerable<string> Lines()
    {
        var widths = _titles.Select((_, i) => WidthOf(i)).ToArray();
        yield return Line(_titles);
        foreach (var row in _rows) yield return Line([.. row.Select(c => c.Text)]);

        string Line(string[] cells) => string.Join("  ", cells.Select((c, i) => c.PadRight(widths[i]))).TrimEnd();
    }

    public Table Drawn()
    {
        var table = new Table().Border(TableBorder.Simple).Expand();
        foreach (var title in _titles) table.AddColumn(new TableColumn(Markup.Escape(title.ToLowerInvariant())).NoWrap());
        foreach (var row in _rows) table.AddRow(row.Select(c => new Markup(Marked(c))));
        return table;
    }

    private int WidthOf(int column) => _rows.Select(r => r[column].Text.Length).Append(_titles[column].Length).Max();

    public static string Marked(Cell cell) => cell.Emphasis switch
    {
        Emphasis.Good => $"[green]{Markup.Escape(cell.Text)}[/]",
        Emphasis.Warning => $"[yellow]{Markup.Escape(cell.Text)}[/]",
        Emphasis.Bad => $"[red]{Markup.Escape(cell.Text)}[/]",
        Emphasis.Faint => $"[grey]{Markup.Escape(cell.Text)}[/]",
        _ => Markup.Escape(cell.Text),
    };
}
