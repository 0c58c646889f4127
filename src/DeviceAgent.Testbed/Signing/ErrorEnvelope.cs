using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
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

    /// <summary>A message may quote the request, which may hold characters that XML cannot.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '\uFFFD'));

    private static async Task WriteAsync(HttpContext context, int status, string contentType, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}

/// <summary>A service behind signatures.</summary>
/// <param name="Protocol">The form of its answers.</param>
/// <param name="ServiceNames">The names a credential scope may carry.</param>
/// <param name="XmlNamespace">Of its answers, in the Query protocol.</param>
internal sealed record SignedService(ServiceProtocol Protocol, IReadOnlySet<string> ServiceNames, string XmlNamespace = "")
{
    /// <summary>The control plane. Older SDKs and CLIs sign it as <c>execute-api</c>, which AWS takes as well.</summary>
    public static SignedService Iot { get; } = new(ServiceProtocol.RestJson, new HashSet<string> { "iot", "execute-api" });

    /// <summary>The data plane: publishing, shadows and jobs over HTTP. botocore and the documentation name the first two differently.</summary>
    public static SignedService IotData { get; } = new(ServiceProtocol.RestJson, new HashSet<string> { "iotdata", "iotdevicegateway", "iot-jobs-data" });

    public static SignedService Iam { get; } = new(ServiceProtocol.Query, new HashSet<string> { "iam" }, "https://iam.amazonaws.com/doc/2010-05-08/");

    public static SignedService Sts { get; } = new(ServiceProtocol.Query, new HashSet<string> { "sts" }, "https://sts.amazonaws.com/doc/2011-06-15/");
}

/// <summary>The protocol of a service, which decides the form of its error answers.</summary>
internal enum ServiceProtocol
{
    RestJson,
    Query,
}

/// <summary>JSON as the services write it: compact, and quotes in messages not turned into \u0027.</summary>
internal static class JsonBytes
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(JsonNode node) => Write(json => node.WriteTo(json));

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options)) write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
