namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>
/// A text in which <c>*</c> may stand for any run of characters and <c>?</c> for any one. What a star swallows is only ever
/// extended at the last star, so a match takes at most text length times pattern length steps, however many stars there are.
/// </summary>
internal sealed class WildcardPattern
{
    private const int AnyRun = -1;
    private const int AnyOne = -2;
    private readonly List<int> _tokens;

    private WildcardPattern(List<int> tokens) => _tokens = tokens;

    public WildcardPattern() => _tokens = [];

    /// <summary>A pattern whose every * and ? is a wildcard.</summary>
    public static WildcardPattern Of(string text) => new WildcardPattern().Append(text, wildcards: true);

    public WildcardPattern Append(string text, bool wildcards)
    {
        foreach (var character in text)
        {
            _tokens.Add(character switch
            {
                '*' when wildcards => AnyRun,
                '?' when wildcards => AnyOne,
                _ => character,
            });
        }

        return this;
    }

    public bool Matches(ReadOnlySpan<char> text, bool ignoreCase = false)
    {
        int at = 0, token = 0, star = -1, swallowed = 0;
        while (at < text.Length)
        {
            if (token < _tokens.Count && _tokens[token] == AnyRun)
            {
                star = token++;
                swallowed = at;
            }
            else if (token < _tokens.Count && Accepts(_tokens[token], text[at], ignoreCase))
            {
                token++;
                at++;
            }
            else if (star >= 0)
            {
                token = star + 1;
                at = ++swallowed;
            }
            else
            {
                return false;
            }
        }

        while (token < _tokens.Count && _tokens[token] == AnyRun) token++;
        return token == _tokens.Count;
    }

    /// <summary>The parts between the first <paramref name="count"/> - 1 separators; the last part keeps the rest.</summary>
    public IReadOnlyList<WildcardPattern> Split(char separator, int count)
    {
        var parts = new List<WildcardPattern>(count);
        var start = 0;
        while (parts.Count < count - 1 && _tokens.IndexOf(separator, start) is var end and >= 0)
        {
            parts.Add(new WildcardPattern(_tokens[start..end]));
            start = end + 1;
        }

        parts.Add(new WildcardPattern(_tokens[start..]));
        return parts;
    }

    private static bool Accepts(int token, char character, bool ignoreCase) =>
        token == AnyOne || token == character
        || (ignoreCase && token >= 0 && char.ToUpperInvariant((char)token) == char.ToUpperInvariant(character));
}
