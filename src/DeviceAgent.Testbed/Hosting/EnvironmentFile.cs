using DeviceAgent.Testbed.Certificates;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>
/// <c>env.sh</c>: what an AWS CLI or SDK needs to talk to the testbed as the operator. <c>. DIR/env.sh; aws dynamodb list-tables</c>.
/// </summary>
internal static class EnvironmentFile
{
    public const string Name = "env.sh";

    public static string Write(string directory, Cloud cloud)
    {
        var path = Path.Combine(directory, Name);
        var lines = new List<string>
        {
            "# The testbed as an AWS account: `. " + path + "`, then aws, boto3 or any AWS SDK.",
            "unset AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE",
            Export("AWS_ACCESS_KEY_ID", cloud.OperatorKey.AccessKeyId),
            Export("AWS_SECRET_ACCESS_KEY", cloud.OperatorKey.SecretAccessKey),
            Export("AWS_REGION", CloudAccount.Region),
            Export("AWS_DEFAULT_REGION", CloudAccount.Region),
            Export("AWS_ENDPOINT_URL_DYNAMODB", Url(Listener.DynamoDb)),
            Export("AWS_ENDPOINT_URL_IOT", Url(Listener.Iot)),
            Export("AWS_ENDPOINT_URL_IOT_DATA_PLANE", Url(Listener.IotData)),
            Export("AWS_ENDPOINT_URL_IOT_JOBS_DATA_PLANE", Url(Listener.IotData)),
            Export("AWS_ENDPOINT_URL_IAM", Url(Listener.Iam)),
            Export("AWS_ENDPOINT_URL_STS", Url(Listener.Sts)),
            Export("AWS_EC2_METADATA_DISABLED", "true"),
            Export("AWS_PAGER", ""),
            "# The CA that signed the certificate of the devices' listeners (scripts/aws-setup.sh takes it from here).",
            Export("IOT_SERVER_CA", cloud.CaPath),
            "# The testbed's own: state and fault switches.",
            Export("TESTBED_CONSOLE_URL", Url(Listener.Console)),
        };

        // Renamed into place: a reader sees all of it or nothing.
        PrivateFiles.Write(path, string.Join('\n', lines) + "\n");
        return path;

        string Url(Listener listener) => cloud.Host.Url(listener).ToString().TrimEnd('/');
    }

    private static string Export(string name, string value) => $"export {name}='{value.Replace("'", @"'\''")}'";
}
