using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Readings.Sources;

/// <summary>What the configuration says about the form of a CSV file.</summary>
internal sealed record CsvOptions
{
    /// <summary>Null: by the byte order mark, else UTF-8.</summary>
    public TextEncoding? Encoding { get; init; }

    /// <summary>Between two fields.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Numbers have a comma for the point.</summary>
    public bool DecimalComma { get; init; }

    /// <summary>Column name to attribute name; other columns keep their names.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>The column of the time; null: by its name.</summary>
    public string? TimestampColumn { get; init; }

    /// <summary>A file without times will not do.</summary>
    public bool NeedsTimestamp { get; init; }

    /// <summary>Column name to type; the other columns have the type of their first rows.</summary>
    public IReadOnlyDictionary<string, CsvType> Types { get; init; } = new Dictionary<string, CsvType>();

    /// <summary>Names that no attribute may have.</summary>
    public IReadOnlySet<string> ReservedNames { get; init; } = new HashSet<string>();

    /// <summary>A number as JSON has it where the file has decimal commas; any other text as it stands.</summary>
    public string NumberOf(string text) => DecimalComma ? DecimalText.Normalize(text.Trim(), decimalComma: true) ?? text : text;

    /// <summary>How the delimiter is written in the configuration.</summary>
    public static string NameOf(char delimiter) => delimiter == '\t' ? "tab" : delimiter.ToString();
}

/// <summary>What the values of a column are.</summary>
internal enum CsvType
{
    /// <summary>Decimal numbers.</summary>
    Number,

    /// <summary>As they stand.</summary>
    Text,

    /// <summary>true and false, in any case.</summary>
    Boolean,
}
