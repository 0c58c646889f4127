using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.IotData;

internal sealed class ConnectionOperations(MqttBroker broker)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("DeleteConnection", "DELETE", "/connections/{clientId}", Delete)
        {
            Permissions = request => [new Permission("iot:DeleteConnection", CloudAccount.Arn("iot", $"client/{request.Label("clientId")}"))],
        },
    ];

    private JsonObject? Delete(RestRequest request)
    {
        var clientId = request.Label("clientId");
        var found = broker.Disconnect(clientId, request.QueryFlag("cleanSession") ?? false, request.QueryFlag("preventWillMessage") ?? false);
        return found ? null : throw RegistryException.NotFound($"No connection of client {clientId} found.");
    }
}
