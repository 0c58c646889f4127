namespace DeviceAgent.Testbed;

/// <summary>The one account and region that the testbed plays.</summary>
internal static class CloudAccount
{
    public const string AccountId = "123456789012";

    public const string Region = "us-east-1";

    /// <summary>An ARN in this account and region, e.g. <c>arn:aws:iot:us-east-1:123456789012:thing/boiler-07</c>.</summary>
    public static string Arn(string service, string resource) => $"arn:aws:{service}:{Region}:{AccountId}:{resource}";

    /// <summary>An ARN of a global service, e.g. <c>arn:aws:iam::123456789012:role/ddb-access</c>.</summary>
    public static string GlobalArn(string service, string resource) => $"arn:aws:{service}::{AccountId}:{resource}";
}
