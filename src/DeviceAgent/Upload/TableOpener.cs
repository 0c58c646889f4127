using Amazon.DynamoDBv2;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Upload.Wire;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

/// <summary>Opens the table with given credentials, beside those in force, over the same connections.</summary>
internal sealed class TableOpener(TableOptions table, WireHttpClientFactory http, DeviceClock clock, ILogger<DynamoDbTable> logger)
{
    /// <param name="credentials">Asked for at each request.</param>
    public OpenedTable Open(Func<TemporaryCredentials> credentials)
    {
        var access = new FixedAccess(credentials, clock);
        var client = new AmazonDynamoDBClient(access, ClientConfiguration.Of(table, http));
        return new OpenedTable(new DynamoDbTable(client, table, access, clock, logger), client);
    }
}
