using System.Text.Json;

namespace DeviceAgent.Fleet.Aws;

/// <summary>The agents' named shadow.</summary>
internal sealed class DeviceShadows(AwsClient client)
{
    public const string Name = "device-agent";

    /// <summary>Null when the thing has never reported.</summary>
    public async Task<JsonElement?> GetAsync(string thing, CancellationToken cancellationToken)
    {
        try
        {
            return await client.AskAsync(new AwsRequest("GetThingShadow", AwsService.IotData, HttpMethod.Get, $"{AwsPath.Of("things", thing)}/shadow") { Query = [new("name", Name)] }, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public async Task DeleteAsync(string thing, CancellationToken cancellationToken)
    {
        try
        {
            await client.AskAsync(new AwsRequest("DeleteThingShadow", AwsService.IotData, HttpMethod.Delete, $"{AwsPath.Of("things", thing)}/shadow") { Query = [new("name", Name)] }, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            // It has none.
        }
    }
}
