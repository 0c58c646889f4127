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

/// <summary>One operation of a REST-JSON service.</summary>
/// <param name="Operation">Its name in the service model.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Template">Its path, e.g. <c>/things/{thingName}/principals</c>.</param>
/// <param name="Handler">Gives the answer's body; null is an empty one.</param>
internal sealed record RestRoute(string Operation, string Method, string Template, Func<RestRequest, JsonObject?> Handler)
{
    private readonly string[] _template = Template.Split('/');

    /// <summary>What the caller must be allowed to do; by default <c>iot:OPERATION</c> on what the path names.</summary>
    public Func<RestRequest, IEnumerable<Permission>>? Permissions { get; init; }

    /// <summary>The labels of a path (undecoded segments), or null when it has another form.</summary>
    public IReadOnlyDictionary<string, string>? Match(string[] segments)
    {
        if (segments.Length != _template.Length) return null;
        var labels = new Dictionary<string, string>();
        for (var i = 0; i < segments.Length; i++)
        {
            var decoded = Uri.UnescapeDataString(segments[i]);
            if (_template[i] is ['{', .. var name, '}'])
            {
                if (decoded.Length == 0) return null;
                labels[name] = decoded;
            }
            else if (decoded != _template[i])
            {
                return null;
            }
        }

        return labels;
    }

    public IEnumerable<Permission> PermissionsFor(RestRequest request) =>
        Permissions?.Invoke(request) ?? [new Permission($"iot:{Operation}", RegistryResources.Of(request.Labels))];
}

/// <summary>A raw request target, split before it is decoded: an encoded slash does not separate segments.</summary>
internal sealed record RestTarget(string[] Segments, IReadOnlyDictionary<string, string> Query)
{
    public static RestTarget Parse(string rawTarget)
    {
        var (path, query) = rawTarget.Split('?', 2) is [var before, var after] ? (before, after) : (rawTarget, "");
        var values = new Dictionary<string, string>();
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            values[Decode(pair[0])] = pair.Length == 2 ? Decode(pair[1]) : "";
        }

        return new RestTarget(path.Split('/'), values);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

/// <summary>What a policy must allow.</summary>
/// <param name="Action">E.g. <c>iot:GetThingShadow</c>.</param>
/// <param name="Resource">The ARN acted upon.</param>
internal readonly record struct Permission(string Action, string Resource);
