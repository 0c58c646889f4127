using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Web;

/// <summary>
/// The testbed's own API: the page, what it shows (<c>GET /status</c>, <c>GET /things/NAME/readings</c>, <c>GET /jobs/ID/executions</c>), and what can be done there:
/// rotate (<c>PUT /things/NAME/role-alias</c>, <c>POST /jobs</c>), break and mend (<c>PUT /things/NAME/faults</c>, <c>/faults</c>).
/// </summary>
internal sealed class ConsoleApi(FaultsApi faults, StatusView status, RecentReadings readings, ThingSwitches switches, FleetControl fleet)
{
    private const int MaxBodyBytes = 4096;
    private const int ChartedReadings = 240;

    private volatile ShownThings? _things;

    private IReadOnlyList<DeviceStatus> Things => _things?.Status ?? [];

    public void Watch(ShownThings things) => _things = things;

    public async Task HandleAsync(HttpContext context)
    {
        if (SameOrigin.Problem(context.Request) is { } problem)
        {
            await WriteAsync(context, Message(problem), StatusCodes.Status403Forbidden);
            return;
        }

        try
        {
            await RouteAsync(context);
        }
        catch (Exception e) when (e is RegistryException or FormatException or JsonException)
        {
            await WriteAsync(context, Message(e.Message), StatusCodes.Status400BadRequest);
        }
    }

    private async Task RouteAsync(HttpContext context)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "/");
        switch (method, path.Split('/'))
        {
            case ("GET", _) when PageAssets.Has(path):
                await PageAssets.WriteAsync(context);
                break;
            case (_, ["", "faults"]):
                await faults.HandleAsync(context);
                break;
            case ("GET", ["", "status"]):
                await WriteAsync(context, await status.ReadAsync(Things, context.RequestAborted));
                break;
            case ("GET", ["", "things", var thing, "readings"]):
                var newest = await readings.NewestAsync(Known(thing), ChartedReadings, context.RequestAborted);
                await WriteAsync(context, new JsonArray([.. newest.Select(StatusView.Json)]));
                break;
            case ("PUT", ["", "things", var thing, "role-alias"]):
                fleet.DesireRoleAlias(Known(thing), (await ReadAsync(context)).Text("roleAlias"));
                await WriteAsync(context, new JsonObject());
                break;
            case ("PUT", ["", "things", var thing, "faults"]):
                Switch(Known(thing), await ReadAsync(context));
                await WriteAsync(context, new JsonObject());
                break;
            case ("POST", ["", "jobs"]):
                await WriteAsync(context, new JsonObject { ["jobId"] = CreateJob(await ReadAsync(context)) });
                break;
            case ("GET", ["", "jobs", var job, "executions"]):
                await WriteAsync(context, fleet.Executions(job));
                break;
            default:
                await WriteAsync(context, Message($"There is no {method} {path} here; docs/testbed.md lists what there is."), StatusCodes.Status404NotFound);
                break;
        }
    }

    private string Known(string thing) =>
        Things.Any(t => t.Thing == thing) ? thing : throw RegistryException.NotFound($"There is no thing '{thing}'.");

    private void Switch(string thing, ConsoleRequest request)
    {
        foreach (var what in Enum.GetValues<ThingSwitch>())
        {
            if (request.Flag(StatusView.NameOf(what)) is { } on) switches.Set(thing, what, on);
        }
    }

    private string CreateJob(ConsoleRequest request) => fleet.CreateRotation(
        Things.Select(t => t.Thing), request.Text("roleAlias"), request.Number("perMinute", 1, 1000), request.Number("abortPercentage", 1, 100), request.Number("abortAfter", 1, 1000));

    private static async Task<ConsoleRequest> ReadAsync(HttpContext context)
    {
        var body = await BoundedBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted) ?? throw new FormatException($"The body is longer than {MaxBodyBytes} bytes.");
        return new ConsoleRequest(JsonNode.Parse(body) as JsonObject ?? throw new FormatException("The body must be a JSON object."));
    }

    private static JsonObject Message(string text) => new() { ["message"] = text };

    private static Task WriteAsync(HttpContext context, JsonNode answer, int statusCode = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }
}

/// <summary>The body of a request of the page.</summary>
internal sealed class ConsoleRequest(JsonObject body)
{
    /// <exception cref="FormatException">It is missing or no text.</exception>
    public string Text(string name) =>
        body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new FormatException($"'{name}' must be a text.");

    /// <exception cref="FormatException">It is missing or not in the range.</exception>
    public int Number(string name, int min, int max) =>
        body[name] is JsonValue value && value.TryGetValue<int>(out var number) && number >= min && number <= max
            ? number : throw new FormatException($"'{name}' must be a whole number from {min} to {max}.");

    /// <summary>Null when it is left out.</summary>
    /// <exception cref="FormatException">It is neither true nor false.</exception>
    public bool? Flag(string name) => body[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw new FormatException($"'{name}' must be true or false."),
    };
}
