using System.Text;
using System.Xml;
using DeviceAgent.Testbed.Iam.Entities;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace DeviceAgent.Testbed.Iam.Query;

/// <summary>A request of the AWS Query protocol: a form in the body, or in the query string of a GET.</summary>
internal sealed class QueryRequest(IReadOnlyDictionary<string, StringValues> parameters)
{
    public static QueryRequest From(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var parameters = QueryHelpers.ParseQuery(body.IsEmpty ? request.QueryString.Value : Encoding.UTF8.GetString(body.Span));
        foreach (var (name, values) in parameters)
        {
            // Answers repeat values, and these characters cannot stand in XML in any form.
            if (values.Any(value => value!.EnumerateRunes().Any(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value))))
                throw new IamException("MalformedInput", 400, $"The value of {Uri.EscapeDataString(name)} holds a control character");
        }

        return new QueryRequest(parameters);
    }

    public string? Action => Optional("Action");

    public string? Version => Optional("Version");

    public string? Optional(string name) => parameters.TryGetValue(name, out var values) ? values[0] : null;

    public string Required(string name) =>
        Optional(name) ?? throw Checks.Violation(null, CamelCase(name), "Member must not be null");

    public int? Integer(string name) => Optional(name) switch
    {
        null => null,
        var text when int.TryParse(text, out var value) => value,
        var text => throw Malformed(name, text, "an integer"),
    };

    public bool Flag(string name) => Optional(name) switch
    {
        null => false,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw Malformed(name, text, "a boolean"),
    };

    public IReadOnlyList<Tag> Tags()
    {
        var tags = new List<Tag>();
        while (Optional($"Tags.member.{tags.Count + 1}.Key") is { } key)
            tags.Add(new Tag(key, Optional($"Tags.member.{tags.Count + 1}.Value") ?? ""));
        return tags;
    }

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static IamException Malformed(string name, string text, string wanted) =>
        new("MalformedInput", 400, $"The value '{text}' of {name} is not {wanted}");
}
