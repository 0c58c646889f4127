using Amazon;
using Amazon.DynamoDBv2;
using DeviceAgent.Upload.Wire;

namespace DeviceAgent.Upload;

/// <summary>The SDK does one attempt; when to try again is decided here, where the error's meaning is known.</summary>
internal static class ClientConfiguration
{
    public static AmazonDynamoDBConfig Of(TableOptions table, WireHttpClientFactory http)
    {
        var config = new AmazonDynamoDBConfig { MaxErrorRetry = 0, HttpClientFactory = http, DisableLogging = true };
        if (table.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = table.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(table.Region);
        }

        return config;
    }
}
