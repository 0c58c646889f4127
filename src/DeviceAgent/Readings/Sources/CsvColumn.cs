using System.Text.RegularExpressions;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// A column of values and its type: what the configuration says, else what most of its first values are. Every value is then read as one
/// of that type or refused, so that an attribute never has numbers beside texts.
/// </summary>
/// <param name="name">In the header.</param>
/// <param name="configured">Null: by the first values.</param>
/// <param name="decimalComma">Numbers have a comma for the point.</param>
/// <param name="notice">Told what to do where the values disagree and are kept as text.</param>
internal sealed partial class CsvColumn(string name, CsvType? configured, bool decimalComma, Action<string>? notice = null)
{
    private readonly bool _isVerbatim = configured == CsvType.Text;
    private CsvType? _type = configured;

    /// <summary>The one text that made a column, which was empty in the first rows, one of text; null once a number has come behind it, and was told of.</summary>
    private (long Line, string Text)? _late;

    /// <summary>Decides by the first rows.</summary>
    public void Decide(IReadOnlyList<(long Line, CsvField Field)> first)
    {
        if (_type is not null) return;
        var values = first.Where(f => !IsMissing(f.Field)).ToList();
        if (values.Count == 0) return;
        var numbers = values.Count(v => IsMeantAsNumber(v.Field.Text.Trim()));
        var flags = values.Count(v => bool.TryParse(v.Field.Text, out _));
        _type = numbers * 2 >= values.Count ? CsvType.Number : flags * 2 >= values.Count ? CsvType.Boolean : CsvType.Text;
        if (_type != CsvType.Text || numbers + flags == 0) return;
        var odd = values.First(v => !IsMeantAsNumber(v.Field.Text.Trim()) && !bool.TryParse(v.Field.Text, out _));
        Tell($"most of its first {values.Count} values are no numbers", odd.Line, odd.Field.Text);
    }

    private void Tell(string why, long line, string text) =>
        notice?.Invoke($"column {name} is read as text, because {why} ({Shown.Of(text)} in line {line}): if it should have numbers, set source.types.{name} to number");

    /// <summary>The value of a field; null with a <paramref name="problem"/> when the field is not one of the column's type.</summary>
    public ReadingValue? TryRead(long line, CsvField field, out string? problem)
    {
        problem = null;
        if (_isVerbatim ? field is { IsQuoted: false, Text.Length: 0 } : IsMissing(field) || (_type != CsvType.Text && IsMissingInQuotes(field))) return new ReadingValue.Null();
        var text = field.Text.Trim();
        if (_type is null) DecideLate(line, field);
        else if (_late is { } late && IsMeantAsNumber(text))
        {
            Tell("its first value is no number", late.Line, late.Text);
            _late = null;
        }

        switch (_type)
        {
            case CsvType.Number when DecimalText.Normalize(text, decimalComma) is { } number:
                return new ReadingValue.Number(number);
            case CsvType.Number:
                problem = $"column {name}: {Shown.Of(text)} {NumberProblem(text)}";
                return null;
            case CsvType.Boolean when bool.TryParse(text, out var flag):
                return ReadingValue.Of(flag);
            case CsvType.Boolean:
                problem = $"column {name}: {Shown.Of(text)} is not true or false, as the column's values are: write one of them, leave the field empty where there is no value, or set source.types.{name}";
                return null;
            default:
                return new ReadingValue.String(field.Text);
        }
    }

    private void DecideLate(long line, CsvField field)
    {
        Decide([(line, field)]);
        if (_type == CsvType.Text) _late = (line, field.Text);
    }

    /// <summary>Empty, or R's NA, or null: without quotes, which would make it a text.</summary>
    public static bool IsMissing(CsvField field) => !field.IsQuoted && IsMissingInQuotes(field);

    private static bool IsMissingInQuotes(CsvField field) => field.Text.Trim().ToUpperInvariant() is "" or "NA" or "NULL";

    /// <summary>A number, or what some programs write for one: the column is one of numbers, whether or not this value can be read.</summary>
    private bool IsMeantAsNumber(string text) =>
        (DecimalText.Normalize(text, decimalComma) is not null && !ZeroPadded().IsMatch(text)) || DecimalText.Normalize(text, !decimalComma) is not null && text.AsSpan().ContainsAny(",.") || IsNotFinite(text) || Grouped().IsMatch(text);

    private string NumberProblem(string text)
    {
        if (IsNotFinite(text)) return "is not a number that can be stored: leave the field empty, or write NA, where there is no value";
        if (Grouped().IsMatch(text)) return "has separators of thousands: write the number without them";
        if (!decimalComma && OneGroup().IsMatch(text)) return $"may be {text.Replace(',', '.')} or {text.Replace(",", "", StringComparison.Ordinal)}: write which, or set source.decimalComma to true";
        if (!decimalComma && DecimalText.Normalize(text, decimalComma: true) is { } point) return $"has a comma: write {point}, or set source.decimalComma to true";
        if (decimalComma && DecimalText.Normalize(text) is not null) return $"has a point, and source.decimalComma is true: write {text.Replace('.', ',')}";
        return $"is not a number, as the column's values are: write one such as 21.6, leave the field empty where there is no value, or set source.types.{name} to text";
    }

    private static bool IsNotFinite(string text) => text.TrimStart('+', '-').ToUpperInvariant() is "NAN" or "INF" or "INFINITY" or "1.#QNAN" or "1.#INF" or "1.#IND";

    [GeneratedRegex(@"^[+-]?0[0-9]+\z")]
    private static partial Regex ZeroPadded();

    /// <summary>A decimal comma, or one of thousands.</summary>
    [GeneratedRegex(@"^[+-]?[1-9][0-9]{0,2},[0-9]{3}\z")]
    private static partial Regex OneGroup();

    /// <summary>1,234.5 and 1.234,5 and 1 234 567: in groups of three. 1.234 alone is a number.</summary>
    [GeneratedRegex(@"^[+-]?[0-9]{1,3}((,[0-9]{3})+\.[0-9]*|(,[0-9]{3}){2,}|(\.[0-9]{3})+,[0-9]*|([ '\u00A0\u2009\u202F][0-9]{3})+([.,][0-9]*)?)\z")]
    private static partial Regex Grouped();
}
