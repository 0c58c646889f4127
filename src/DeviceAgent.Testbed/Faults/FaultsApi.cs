using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Faults;

/// <summary>
/// <c>/faults</c> on the console port: GET shows the settings, PUT replaces them (keys left out take their defaults),
/// DELETE goes back to a cloud without faults. All three answer with the active settings.
/// </summary>
internal sealed class FaultsApi(FaultSwitches faults)
{
    private const int MaxBodyBytes = 64 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        switch (context.Request.Method)
        {
            case "GET":
                break;
            case "PUT":
                if (await ReadAsync(context) is not { } settings) return;
                faults.Set(settings);
                break;
            case "DELETE":
                faults.Clear();
                break;
            default:
                context.Response.Headers.Allow = "GET, PUT, DELETE";
                await WriteAsync(context, StatusCodes.Status405MethodNotAllowed, new FaultProblems([$"{context.Request.Method} is not GET, PUT or DELETE"]), FaultsJson.Default.FaultProblems);
                return;
        }

        await WriteAsync(context, StatusCodes.Status200OK, faults.Current, FaultsJson.Default.FaultSettings);
    }

    /// <summary>Null when the body holds no settings, and then the answer is already written.</summary>
    private static async Task<FaultSettings?> ReadAsync(HttpContext context)
    {
        IReadOnlyList<string> problems = [$"The settings are longer than {MaxBodyBytes} bytes"];
        var body = await BoundedBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body is not null && FaultSettingsReader.Read(body, out problems) is { } settings) return settings;
        await WriteAsync(context, StatusCodes.Status400BadRequest, new FaultProblems(problems), FaultsJson.Default.FaultProblems);
        return null;
    }

    private static Task WriteAsync<T>(HttpContext context, int status, T answer, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    WriteIndented = true,
    Converters = [typeof(CamelCaseEnumConverter<UnregisteredCertificate>), typeof(CamelCaseEnumConverter<CredentialsBody>)])]
[JsonSerializable(typeof(FaultSettings))]
[JsonSerializable(typeof(FaultProblems))]
internal sealed partial class FaultsJson : JsonSerializerContext;

internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) where T : struct, Enum;
