using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

/// <param name="addressOf">From an endpoint type such as <c>iot:Data-ATS</c> to host and port; null for one that the testbed does not have.</param>
internal sealed class EndpointOperations(Func<string, string?> addressOf)
{
    private const string DefaultType = "iot:Data";

    public IReadOnlyList<RestRoute> Routes => [new("DescribeEndpoint", "GET", "/endpoint", Describe)];

    private JsonObject Describe(RestRequest request)
    {
        var type = request.Query("endpointType") ?? DefaultType;
        return new JsonObject
        {
            ["endpointAddress"] = addressOf(type) ?? throw RegistryException.InvalidRequest($"Endpoint type {type} is not supported."),
        };
    }
}
