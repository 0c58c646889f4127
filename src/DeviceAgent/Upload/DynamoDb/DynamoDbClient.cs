using Amazon;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Identity;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Util;
using Amazon.Util;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>
/// The SDK's client. It makes one attempt a call: when to try again is decided where the error's meaning is known. It signs by a clock of its own,
/// since the system's, which the SDK goes by, may be wrong; the SDK's own corrections are the whole process's.
/// </summary>
internal sealed class DynamoDbClient(AWSCredentials credentials, AmazonDynamoDBConfig config, TimeProvider clock) : AmazonDynamoDBClient(credentials, config)
{
    public static DynamoDbClient Create(AWSCredentials credentials, TableOptions table, HttpClientFactory http, TimeProvider clock)
    {
        var config = new AmazonDynamoDBConfig { MaxErrorRetry = 0, HttpClientFactory = http, DisableLogging = true, DisableClockSkewCorrection = true };
        if (table.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = table.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(table.Region);
        }

        return new DynamoDbClient(credentials, config, clock);
    }

    /// <summary>Where its requests go.</summary>
    public static Uri EndpointOf(IAmazonDynamoDB client) => new(client.DetermineServiceOperationEndpoint(new DescribeTableRequest()).URL);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.AddHandlerBefore<Signer>(new UseSigner(new ClockedSigner(clock)));
    }

    /// <summary>Puts a signer in the place of the one that the SDK has chosen.</summary>
    private sealed class UseSigner(ISigner signer) : PipelineHandler
    {
        public override void InvokeSync(IExecutionContext executionContext)
        {
            executionContext.RequestContext.Signer = signer;
            base.InvokeSync(executionContext);
        }

        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            executionContext.RequestContext.Signer = signer;
            return base.InvokeAsync<T>(executionContext);
        }
    }

    private sealed class ClockedSigner(TimeProvider clock) : AWS4Signer
    {
        public override void Sign(IRequest request, IClientConfig clientConfig, RequestMetrics metrics, BaseIdentity identity)
        {
            var credentials = ((AWSCredentials)identity).GetCredentials();
            var result = SignRequest(request, clientConfig, metrics, credentials.AccessKey, credentials.SecretKey, clock.GetUtcNow().UtcDateTime);
            request.AWS4SignerResult = result;
            request.Headers[HeaderKeys.AuthorizationHeader] = result.ForAuthorizationHeader;
        }

        public override Task SignAsync(IRequest request, IClientConfig clientConfig, RequestMetrics metrics, BaseIdentity identity, CancellationToken token = default)
        {
            Sign(request, clientConfig, metrics, identity);
            return Task.CompletedTask;
        }
    }
}
