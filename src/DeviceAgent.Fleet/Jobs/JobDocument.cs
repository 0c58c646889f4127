using System.Text;
using System.Text.Json;
using DeviceAgent.Fleet.Aws;

namespace DeviceAgent.Fleet.Jobs;

/// <summary>What a job asks of a device (docs/remote-control.md).</summary>
internal static class JobDocument
{
    /// <param name="operation">Its name.</param>
    /// <param name="expires">A device that finds the job later rejects it.</param>
    /// <param name="write">What else is in it.</param>
    /// <returns>JSON.</returns>
    public static string Of(string operation, DateTimeOffset expires, Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(JsonText.Object(json =>
    {
        json.WriteString("operation", operation);
        write(json);
        json.WriteString("expiresAt", JsonText.Iso(expires));
    }));
}
