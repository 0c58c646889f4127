namespace DeviceAgent.Credentials.Text;

/// <summary>The encodings that text is read in.</summary>
internal enum TextEncoding
{
    Utf8,

    /// <summary>The byte order mark says which of the two; without one it is refused.</summary>
    Utf16,
    Utf16LittleEndian,
    Utf16BigEndian,
    Latin1,
    Windows1252,
}

/// <summary>The names of <see cref="TextEncoding"/> in configurations and messages.</summary>
internal static class TextEncodings
{
    private static readonly (string Name, TextEncoding Encoding)[] All =
    [
        ("utf-8", TextEncoding.Utf8), ("utf-16", TextEncoding.Utf16), ("utf-16le", TextEncoding.Utf16LittleEndian), ("utf-16be", TextEncoding.Utf16BigEndian),
        ("latin1", TextEncoding.Latin1), ("windows-1252", TextEncoding.Windows1252),
        // Other names of the same; NameOf takes the first.
        ("utf8", TextEncoding.Utf8), ("utf16", TextEncoding.Utf16), ("iso-8859-1", TextEncoding.Latin1), ("cp1252", TextEncoding.Windows1252),
    ];

    /// <summary>What can be written, for messages: <c>utf-8, utf-16, ...</c>.</summary>
    public static string Names { get; } = string.Join(", ", All.Take(6).Select(e => e.Name));

    /// <summary>Case does not matter; null: there is none of that name.</summary>
    public static TextEncoding? Find(string name) =>
        All.Where(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(e => (TextEncoding?)e.Encoding).FirstOrDefault();

    public static string NameOf(TextEncoding encoding) => All.First(e => e.Encoding == encoding).Name;
}
