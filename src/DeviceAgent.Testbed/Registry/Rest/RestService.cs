using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Testbed.Registry.Rest;

/// <summary>Finds the operation of a REST-JSON request, runs it if the caller may, and writes the answer.</summary>
/// <param name="name">The service, for people.</param>
/// <param name="routes">Its operations.</param>
internal sealed class RestService(string name, IReadOnlyList<RestRoute> routes)
{
    /// <param name="context">The request, whose body is already read.</param>
    /// <param name="body">That body.</param>
    /// <param name="authorize">Throws a <see cref="RegistryException"/> when the caller may not.</param>
    public async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body, Action<Permission> authorize)
    {
        try
        {
            await WriteAsync(context, StatusCodes.Status200OK, Answer(context, body, authorize));
        }
        catch (RegistryException e)
        {
            await RefuseAsync(context, e);
        }
    }

    public static Task RefuseAsync(HttpContext context, RegistryException refusal)
    {
        context.Response.Headers["x-amzn-ErrorType"] = refusal.Type;
        var body = new JsonObject { ["message"] = refusal.Message }.With("resourceId", refusal.ResourceId).With("resourceArn", refusal.ResourceArn);
        return WriteAsync(context, refusal.StatusCode, body);
    }

    private JsonObject? Answer(HttpContext context, ReadOnlyMemory<byte> body, Action<Permission> authorize)
    {
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var target = RestTarget.Parse(rawTarget);
        foreach (var route in routes.Where(r => r.Method == context.Request.Method))
        {
            if (route.Match(target.Segments) is not { } labels) continue;
            var request = new RestRequest(labels, target.Query, header => context.Request.Headers[header], body);
            foreach (var permission in route.PermissionsFor(request)) authorize(permission);
            return route.Handler(request);
        }

        throw new RegistryException(
            "UnknownOperationException", StatusCodes.Status404NotFound, $"The testbed plays no {name} operation {context.Request.Method} {rawTarget.Split('?')[0]}.");
    }

    private static async Task WriteAsync(HttpContext context, int status, JsonObject? body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var bytes = body is null ? [] : JsonBytes.Of(body);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
