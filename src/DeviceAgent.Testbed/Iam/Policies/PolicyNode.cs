using System.Text.Json;

namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>An element of a policy document together with its place in it, which every complaint names.</summary>
internal sealed class PolicyNode(JsonElement element, string path)
{
    private static readonly string[] _kinds = ["nothing", "an object", "an array", "a text", "a number", "true", "false", "null"];

    /// <summary>The element's text.</summary>
    public string Text => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Expected("a text");

    /// <summary>The texts of a text or of an array of texts, at least one.</summary>
    public IReadOnlyList<string> Texts => NotEmpty([.. ItemsOrSelf.Select(item => item.Text)]);

    /// <summary>Like <see cref="Texts"/>, with numbers and truth values as they are written.</summary>
    public IReadOnlyList<string> Scalars => NotEmpty([.. ItemsOrSelf.Select(item => item.Scalar)]);

    public bool IsText => element.ValueKind == JsonValueKind.String;

    public IEnumerable<PolicyNode> ItemsOrSelf => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Select((item, index) => new PolicyNode(item, $"{path}[{index}]"))
        : [this];

    public IEnumerable<(string Name, PolicyNode Value)> Fields => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().Select(property => (property.Name, new PolicyNode(property.Value, $"{path}.{property.Name}")))
        : throw Expected("an object");

    private string Scalar => element.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        ? element.GetRawText()
        : Text;

    public PolicyNode? Find(string name) =>
        element.TryGetProperty(name, out var value) ? new PolicyNode(value, $"{path}.{name}") : null;

    public PolicyNode Require(string name) => Find(name) ?? throw Invalid($"lacks the field \"{name}\"");

    public (PolicyNode Node, bool Inverted) RequireOneOf(string name, string inverse) => (Find(name), Find(inverse)) switch
    {
        (null, null) => throw Invalid($"lacks the field \"{name}\" (or \"{inverse}\")"),
        ({ } node, null) => (node, false),
        (null, { } node) => (node, true),
        _ => throw Invalid($"has both \"{name}\" and \"{inverse}\"; only one may be there"),
    };

    /// <summary>Refuses anything but an object with these fields.</summary>
    public void RequireFields(params ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in Fields)
        {
            if (!known.Contains(name)) throw Invalid($"has the unknown field \"{name}\"; known are {string.Join(", ", known!)}");
        }
    }

    public void Prohibit(string name, string reason)
    {
        if (Find(name) is not null) throw Invalid($"has the prohibited field \"{name}\": {reason}");
    }

    /// <summary>Adds the place to a complaint about a value.</summary>
    public T Located<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PolicyFormatException e)
        {
            throw new PolicyFormatException($"{path}: {e.Message}", e);
        }
    }

    public PolicyFormatException Invalid(string what) => new($"{path}: {what}");

    private IReadOnlyList<string> NotEmpty(IReadOnlyList<string> values) => values.Count > 0 ? values : throw Invalid("must not be empty");

    private PolicyFormatException Expected(string wanted) => Invalid($"must be {wanted}, not {_kinds[(int)element.ValueKind]}");
}
