using System.Collections;

namespace DeviceAgent.Settings;

/// <summary>
/// Hides from the AWS SDK what it would read beside the agent's configuration: the variables <c>AWS_*</c>, and <c>~/.aws</c> of the agent's user. The agent
/// sets all that it needs itself, and a line there that the SDK does not understand would end it.
/// </summary>
internal static class SdkSettings
{
    /// <summary>The one variable of the SDKs that is also the agent's: <c>dynamoDbEndpoint</c>.</summary>
    public const string EndpointVariable = "AWS_ENDPOINT_URL_DYNAMODB";

    private const string Prefix = "AWS_";

    /// <summary>A file that is there and empty: the SDK ignores a name that leads nowhere, and reads <c>~/.aws</c>.</summary>
    private const string NoFile = "/dev/null";

    private static readonly string[] Files = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];

    /// <summary>Call it before the SDK is used, while one thread runs: it changes the environment of the process.</summary>
    public static void Hide()
    {
        foreach (var (name, value) in Changes(Environment.GetEnvironmentVariables())) Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>The variables to set; null: to take away.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> Changes(IDictionary environment) =>
    [
        .. environment.Keys.Cast<string>()
            .Where(n => n.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !Files.Contains(n))
            // An empty one stands for none here; the SDK takes it for an address, and fails.
            .Where(n => n != EndpointVariable || environment[n] is not string { Length: > 0 })
            .Select(n => KeyValuePair.Create(n, (string?)null)),
        .. Files.Select(n => KeyValuePair.Create(n, (string?)NoFile)),
    ];
}
