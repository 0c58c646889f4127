using System.Net;
using Amazon.Runtime;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload.DynamoDb;

/// <summary>Who is to blame when a proxy is on the way.</summary>
public class FaultClassifierTests
{
    private static readonly TableOptions Table = new() { TableName = "boiler-07", Region = "eu-central-1" };

    [Fact]
    public void Classify_ProxyWantsAnotherPassword_SaysThatItIsTheProxy()
    {
        var tunnel = new HttpRequestException(HttpRequestError.ProxyTunnelError, "The proxy tunnel request failed", statusCode: HttpStatusCode.ProxyAuthenticationRequired);
        var plain = new AmazonServiceException("", null, ErrorType.Unknown, "", "", HttpStatusCode.ProxyAuthenticationRequired);
        foreach (var exception in new Exception[] { tunnel, new AmazonClientException("wrapped", tunnel), plain })
        {
            var fault = new FaultClassifier(Table).Classify(exception);
            Assert.Contains("The proxy does not let this device through without a user and a password", fault.What, StringComparison.Ordinal);
            Assert.Contains("HTTPS_PROXY", fault.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Classify_ProxyRefuses_SaysSoWithItsStatus()
    {
        var fault = new FaultClassifier(Table).Classify(new HttpRequestException(HttpRequestError.ProxyTunnelError, "no", statusCode: HttpStatusCode.Forbidden));
        Assert.Contains("The proxy does not connect to DynamoDB (403)", fault.What, StringComparison.Ordinal);
        Assert.Contains("NO_PROXY", fault.Remedy, StringComparison.Ordinal);
    }
}
