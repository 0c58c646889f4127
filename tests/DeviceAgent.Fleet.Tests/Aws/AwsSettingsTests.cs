using DeviceAgent.Fleet.Aws;

namespace DeviceAgent.Fleet.Tests.Aws;

/// <summary>Region and endpoints are found in the order of the AWS CLI.</summary>
public sealed class AwsSettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("device-fleet-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ConfiguredEndpoint_OptionThenServiceThenGeneral()
    {
        var both = Settings(("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_IOT_DATA_PLANE", "http://data"));
        Assert.Equal("http://data/", both.ConfiguredEndpoint(AwsService.IotData)!.ToString());
        Assert.Equal("http://all/", both.ConfiguredEndpoint(AwsService.Iot)!.ToString());
        Assert.Equal("http://option/", Settings("http://option", ("AWS_ENDPOINT_URL", "http://all")).ConfiguredEndpoint(AwsService.Iot)!.ToString());
        Assert.Null(Settings(("AWS_ENDPOINT_URL", "http://all"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")).ConfiguredEndpoint(AwsService.Iot));
        Assert.Null(Settings().ConfiguredEndpoint(AwsService.Iot));
        Assert.Throws<AwsException>(() => Settings(("AWS_ENDPOINT_URL", "ftp://x")).ConfiguredEndpoint(AwsService.Iot));
    }

    [Theory]
    [InlineData("iot", "eu-central-1", "https://iot.eu-central-1.amazonaws.com/", "eu-central-1")]
    [InlineData("iot", "cn-north-1", "https://iot.cn-north-1.amazonaws.com.cn/", "cn-north-1")]
    [InlineData("iam", "eu-central-1", "https://iam.amazonaws.com/", "us-east-1")]
    [InlineData("iam", "cn-northwest-1", "https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1")]
    [InlineData("iam", "us-gov-east-1", "https://iam.us-gov.amazonaws.com/", "us-gov-west-1")]
    public void HostIn_EachPartition(string service, string region, string host, string signedFor)
    {
        var asked = service == "iot" ? AwsService.Iot : AwsService.Iam;
        Assert.Equal(host, asked.HostIn(region).ToString());
        Assert.Equal(signedFor, asked.RegionOf(region));
    }

    [Fact]
    public void Region_OfTheEnvironment_AndNoneIsSaid()
    {
        Assert.Equal("eu-west-1", new AwsSettings(null, null, null, Variables(("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-2"))).Region);
        Assert.Contains("--region", Assert.Throws<AwsException>(() => new AwsSettings(null, null, null, Variables())).Message, StringComparison.Ordinal);
        Assert.Contains("nope", Assert.Throws<AwsException>(() => new AwsSettings("nope", "eu-west-1", null, Variables())).Message, StringComparison.Ordinal);
    }

    private AwsSettings Settings(params (string Name, string Value)[] variables) => Settings(null, variables);

    private AwsSettings Settings(string? endpoint, params (string Name, string Value)[] variables) => new(null, "eu-west-1", endpoint, Variables(variables));

    /// <summary>With no profiles but those of an empty file.</summary>
    private Func<string, string?> Variables(params (string Name, string Value)[] variables)
    {
        var file = Path.Combine(_folder.FullName, "credentials");
        File.WriteAllText(file, "");
        return name => name == "AWS_SHARED_CREDENTIALS_FILE" ? file : variables.FirstOrDefault(v => v.Name == name).Value;
    }
}
