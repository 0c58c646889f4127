namespace DeviceAgent.Fleet.Aws;

/// <summary>A service of AWS: how it is signed for, and how its endpoint is configured.</summary>
/// <param name="SigningName">In SigV4's credential scope.</param>
/// <param name="Id">As in <c>AWS_ENDPOINT_URL_ID</c>.</param>
/// <param name="IsGlobal">One endpoint for all regions of a partition.</param>
internal sealed record AwsService(string SigningName, string Id, bool IsGlobal = false)
{
    public static readonly AwsService Iot = new("iot", "IOT");
    public static readonly AwsService IotData = new("iotdata", "IOT_DATA_PLANE");
    public static readonly AwsService Iam = new("iam", "IAM", IsGlobal: true);
    public static readonly AwsService Sts = new("sts", "STS");
    public static readonly AwsService DynamoDb = new("dynamodb", "DYNAMODB");

    /// <summary>Where AWS has it.</summary>
    public Uri HostIn(string region)
    {
        var isChina = region.StartsWith("cn-", StringComparison.Ordinal);
        var suffix = isChina ? "amazonaws.com.cn" : "amazonaws.com";
        if (!IsGlobal) return new Uri($"https://{SigningName}.{region}.{suffix}");
        var prefix = isChina ? $"{SigningName}.cn-north-1" : region.StartsWith("us-gov-", StringComparison.Ordinal) ? $"{SigningName}.us-gov" : SigningName;
        return new Uri($"https://{prefix}.{suffix}");
    }

    /// <summary>For which region a request is signed.</summary>
    public string RegionOf(string region) => !IsGlobal ? region
        : region.StartsWith("cn-", StringComparison.Ordinal) ? "cn-north-1"
        : region.StartsWith("us-gov-", StringComparison.Ordinal) ? "us-gov-west-1"
        : "us-east-1";
}
