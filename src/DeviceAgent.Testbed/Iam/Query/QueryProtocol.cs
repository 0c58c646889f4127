using System.Text;
using System.Xml.Linq;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Iam.Query;

/// <summary>Answers of the AWS Query protocol, for one service and version of its API.</summary>
internal sealed class QueryProtocol(SignedDoor door, string version)
{
    private readonly XNamespace _namespace = door.XmlNamespace;

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
        ErrorEnvelope.WriteQueryAsync(context, door.XmlNamespace, refusal.Status, refusal.Code, refusal.Message, requestId);

    private static IamException UnknownAction(string action, string? version) =>
        new("InvalidAction", 400, $"Could not find operation {action} for version {version ?? "NO_VERSION_SPECIFIED"}");
}
