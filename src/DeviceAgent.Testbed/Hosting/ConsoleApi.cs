using System.Text.Json;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Faults;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>The testbed's own door: <c>GET /status</c> tells how the devices do, <c>/faults</c> breaks and mends the cloud.</summary>
internal sealed class ConsoleApi(FaultsApi faults)
{
    private volatile IReadOnlyList<DemoDevice> _devices = [];

    public void Watch(IReadOnlyList<DemoDevice> devices) => _devices = devices;

    public Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/status" when HttpMethods.IsGet(context.Request.Method) => WriteStatusAsync(context),
        "/faults" => faults.HandleAsync(context),
        _ => WriteNotFoundAsync(context),
    };

    private async Task WriteStatusAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteStartArray("devices");
        foreach (var device in _devices.Select(d => d.Status))
        {
            writer.WriteStartObject();
            writer.WriteString("thingName", device.Thing);
            writer.WriteBoolean("agentRunning", device.AgentRunning);
            writer.WriteNumber("rows", device.Rows);
            writer.WriteNumber("rowsPerSecond", Math.Round(device.RowsPerSecond, 2));
            if (device.CredentialExpiration is { } expiration) writer.WriteString("credentialExpiration", expiration);
            if (device.LastError is { } error) writer.WriteString("lastError", error);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static Task WriteNotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("The console has GET /status and GET, PUT, DELETE /faults.\n");
    }
}
