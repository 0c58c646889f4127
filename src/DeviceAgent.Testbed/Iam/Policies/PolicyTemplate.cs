namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>
/// A text of a policy with its variables: <c>${key}</c>, <c>${key, 'default'}</c> and the literals <c>${*}</c>, <c>${?}</c>,
/// <c>${$}</c>. What a variable stands for is taken literally: a * in a thing name widens nothing.
/// </summary>
internal sealed class PolicyTemplate
{
    private readonly List<Part> _parts = [];

    private PolicyTemplate()
    {
    }

    /// <param name="text">As it stands in the document.</param>
    /// <param name="variables">Version 2012-10-17 has variables; in 2008-10-17 a <c>${</c> is just text.</param>
    public static PolicyTemplate Parse(string text, bool variables)
    {
        var template = new PolicyTemplate();
        var start = 0;
        while (variables && text.IndexOf("${", start, StringComparison.Ordinal) is var open and >= 0)
        {
            var close = text.IndexOf('}', open);
            if (close < 0) throw new PolicyFormatException($"the policy variable that begins with \"{text[open..]}\" has no closing \"}}\"");
            if (open > start) template._parts.Add(new Written(text[start..open]));
            template._parts.Add(ParseVariable(text[(open + 2)..close]));
            start = close + 1;
        }

        if (start < text.Length) template._parts.Add(new Written(text[start..]));
        return template;
    }

    /// <summary>The pattern with its variables filled in, or null when one of them has no value in the context.</summary>
    public WildcardPattern? Resolve(IReadOnlyDictionary<string, IReadOnlyList<string>> context, bool wildcards)
    {
        var pattern = new WildcardPattern();
        foreach (var part in _parts)
        {
            if (part is Written written) pattern.Append(written.Text, wildcards);
            else if (((Variable)part).Value(context) is { } value) pattern.Append(value, wildcards: false);
            else return null;
        }

        return pattern;
    }

    private static Variable ParseVariable(string inside)
    {
        if (inside is "*" or "?" or "$") return new Variable(Key: "", Default: inside);
        var comma = inside.IndexOf(',', StringComparison.Ordinal);
        var key = (comma < 0 ? inside : inside[..comma]).Trim();
        if (key.Length == 0) throw new PolicyFormatException($"the policy variable \"${{{inside}}}\" names no key");
        if (comma < 0) return new Variable(key, Default: null);
        var quoted = inside[(comma + 1)..].Trim();
        if (quoted.Length < 2 || quoted[0] != '\'' || quoted[^1] != '\'')
            throw new PolicyFormatException($"the default in the policy variable \"${{{inside}}}\" must stand in single quotes: ${{key, 'default'}}");
        return new Variable(key, quoted[1..^1]);
    }

    private abstract record Part;

    private sealed record Written(string Text) : Part;

    private sealed record Variable(string Key, string? Default) : Part
    {
        /// <summary>A key with several values cannot stand in a text.</summary>
        public string? Value(IReadOnlyDictionary<string, IReadOnlyList<string>> context) =>
            context.TryGetValue(Key, out var values) && values.Count == 1 ? values[0] : Default;
    }
}
