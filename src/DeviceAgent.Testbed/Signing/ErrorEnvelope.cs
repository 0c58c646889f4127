using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Signing;

/// <summary>Error answers in the form of each protocol.</summary>
internal static class ErrorEnvelope
{
    public static Task WriteRestJsonAsync(HttpContext context, int status, string errorType, string message)
    {
        var body = JsonBytes.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("message", message);
            json.WriteEndObject();
        });
        context.Response.Headers["x-amzn-ErrorType"] = errorType;
        return WriteAsync(context, status, "application/json", body);
    }

    public static Task WriteQueryAsync(HttpContext context, string xmlNamespace, int status, string code, string message, string requestId)
    {
        XNamespace ns = xmlNamespace;
        var response = new XElement(ns + "ErrorResponse",
            new XElement(ns + "Error",
                new XElement(ns + "Type", status >= 500 ? "Receiver" : "Sender"),
                new XElement(ns + "Code", code),
                new XElement(ns + "Message", Printable(message))),
            new XElement(ns + "RequestId", requestId));
        return WriteAsync(context, status, "text/xml", Encoding.UTF8.GetBytes(response.ToString(SaveOptions.DisableFormatting)));
    }

    /// <summary>A message may quote the request, which may hold what XML can't.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '\uFFFD'));

    private static async Task WriteAsync(HttpContext context, int status, string contentType, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
