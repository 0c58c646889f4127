using System.Globalization;
using System.IO.Enumeration;

namespace DeviceAgent.Fleet.Things;

/// <summary>A condition on a column: <c>alias=device-agent</c>, <c>health!=ok</c>, <c>thing=plant-*</c>, <c>waiting&gt;100</c>, <c>certificate&lt;30d</c>, <c>reported&gt;1h</c>.</summary>
internal sealed record StateFilter(StateColumn Column, string Operator, string Operand)
{
    private static readonly string[] Operators = ["!=", "=", "<", ">"];

    /// <returns>Null when it is none; <paramref name="problem"/> then says why.</returns>
    public static StateFilter? Read(string text, out string problem)
    {
        problem = "";
        var at = text.IndexOfAny(['!', '=', '<', '>']);
        var sign = at < 0 ? null : Operators.FirstOrDefault(o => text[at..].StartsWith(o, StringComparison.Ordinal));
        if (sign is null)
        {
            problem = $"'{text}' is no filter: write COLUMN=VALUE, COLUMN!=VALUE, COLUMN<VALUE or COLUMN>VALUE, e.g. health!=ok.";
            return null;
        }

        var name = text[..at].Trim();
        if (StateColumns.Every.FirstOrDefault(c => c.Name == name) is not { } column)
        {
            problem = $"There is no column '{name}'{Settings.Spelling.Hint(name, StateColumns.Every.Select(c => c.Name))}. Columns: {string.Join(", ", StateColumns.Every.Select(c => c.Name))}.";
            return null;
        }

        var operand = text[(at + sign.Length)..].Trim();
        problem = sign is "<" or ">" ? Mismatch(text, column, operand) : "";
        return problem.Length > 0 ? null : new StateFilter(column, sign, operand);
    }

    /// <summary>Why a column cannot be compared with that; empty when it can.</summary>
    private static string Mismatch(string text, StateColumn column, string operand) => column.Name switch
    {
        "credentials" or "certificate" or "reported" or "written" when !Periods.TryParse(operand, out _) => $"'{text}': '{operand}' is no time: write 90s, 10m, 2h or 30d.",
        "waiting" when !double.TryParse(operand, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => $"'{text}': '{operand}' is no number.",
        "behind" or "silent" => $"'{text}': write {column.Name}=true or {column.Name}=false.",
        _ when operand.Length == 0 => $"'{text}': say what to compare with.",
        _ => "",
    };

    public bool Holds(ThingState state, StateView view)
    {
        var text = Column.Text(state, view) ?? "";
        return Operator switch
        {
            "=" => FileSystemName.MatchesSimpleExpression(Operand, text),
            "!=" => !FileSystemName.MatchesSimpleExpression(Operand, text),
            _ => Compare(Column.Value(state, view), view) is { } order && (Operator == "<" ? order < 0 : order > 0),
        };
    }

    /// <summary>Times are compared as their distance from now, so that <c>&lt;</c> is near.</summary>
    private int? Compare(IComparable? value, StateView view) => value switch
    {
        DateTimeOffset time when Periods.TryParse(Operand, out var period) => (time > view.Now ? time - view.Now : Column.Name is "certificate" or "credentials" ? TimeSpan.Zero : view.Now - time).CompareTo(period),
        long number when double.TryParse(Operand, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit) => ((double)number).CompareTo(limit),
        string text => VersionOrder(text, Operand),
        _ => null,
    };

    private static int VersionOrder(string a, string b) => Version.TryParse(a.Split('-', '+')[0], out var first) && Version.TryParse(b, out var second) ? first.CompareTo(second) : string.CompareOrdinal(a, b);
}
