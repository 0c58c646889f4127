using System.Text;
using System.Xml;
using System.Xml.Linq;
using DeviceAgent.Testbed.Iam.Entities;
using DeviceAgent.Testbed.Signing;
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

    /// <summary>A parameter that AWS would heed and that is not played here: better refused than dropped in silence.</summary>
    public QueryRequest Without(string name) => Optional(name) is null
        ? this
        : throw new IamException("InvalidInput", 400, $"{name} is not supported here; leave it out");

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

/// <summary>Answers of the AWS Query protocol, for one service and version of its API.</summary>
internal sealed class QueryProtocol(SignedService service, string version)
{
    private readonly XNamespace _namespace = service.XmlNamespace;

    /// <summary>The name of the wanted action; refuses what is no request to this version of the service.</summary>
    public string ActionOf(QueryRequest request)
    {
        if (request.Action is not { } action)
            throw new IamException("MissingAction", 400, "The request must contain the parameter Action.");
        return request.Version == version ? action : throw UnknownAction(action, request.Version);
    }

    public IamException UnknownAction(string action) => UnknownAction(action, version);

    /// <param name="context">Where to.</param>
    /// <param name="action">What was done.</param>
    /// <param name="result">What goes into the result element; null when the action has none.</param>
    /// <param name="requestId">The id in the header of this answer.</param>
    public async Task WriteAsync(HttpContext context, string action, XElement[]? result, string requestId)
    {
        var response = new XElement($"{action}Response",
            result is null ? null : new XElement($"{action}Result", result),
            new XElement("ResponseMetadata", new XElement("RequestId", requestId)));
        foreach (var element in response.DescendantsAndSelf()) element.Name = _namespace + element.Name.LocalName;
        var body = Encoding.UTF8.GetBytes(response.ToString(SaveOptions.DisableFormatting));
        context.Response.ContentType = "text/xml";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    public Task WriteErrorAsync(HttpContext context, IamException refusal, string requestId) =>
        ErrorEnvelope.WriteQueryAsync(context, service.XmlNamespace, refusal.Status, refusal.Code, refusal.Message, requestId);

    private static IamException UnknownAction(string action, string? version) =>
        new("InvalidAction", 400, $"Could not find operation {action} for version {version ?? "NO_VERSION_SPECIFIED"}");
}
