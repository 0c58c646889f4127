using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Fleet.Aws;

/// <summary>Which account, as whom and where: from options, environment and <c>~/.aws</c>, in the order of the AWS CLI.</summary>
internal sealed class AwsSettings
{
    private readonly Func<string, string?> _variable;
    private readonly CredentialProfile? _profile;
    private readonly string? _profileName;
    private readonly string? _endpoint;

    /// <param name="profile">A profile of <c>~/.aws</c>; null: <c>AWS_PROFILE</c>, else <c>default</c>.</param>
    /// <param name="region">Null: <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c>, the profile's.</param>
    /// <param name="endpoint">For every service; null: <c>AWS_ENDPOINT_URL_...</c>, the profile's, AWS's own.</param>
    /// <param name="variable">Reads the environment.</param>
    /// <exception cref="AwsException">There is no such profile, or no region is known.</exception>
    public AwsSettings(string? profile, string? region, string? endpoint, Func<string, string?> variable)
    {
        _variable = name => variable(name) is { Length: > 0 } value ? value : null;
        (_profileName, _endpoint) = (profile, endpoint);
        var named = profile ?? _variable("AWS_PROFILE");
        if (!Profiles().TryGetProfile(named ?? "default", out _profile) && profile is not null)
            throw new AwsException($"There is no profile '{profile}' in ~/.aws/config and ~/.aws/credentials. Those that are there: {string.Join(", ", Profiles().ListProfiles().Select(p => p.Name))}");
        Region = region ?? _variable("AWS_REGION") ?? _variable("AWS_DEFAULT_REGION") ?? _profile?.Region?.SystemName
            ?? throw new AwsException("No region is known: give --region, or set AWS_REGION, or `aws configure set region REGION`.");
    }

    public string Region { get; }

    /// <summary>More certificates to trust, in PEM (<c>AWS_CA_BUNDLE</c>); null: the system's.</summary>
    public string? CaBundle => _variable("AWS_CA_BUNDLE");

    private CredentialProfileStoreChain Profiles() => new(_variable("AWS_SHARED_CREDENTIALS_FILE"));

    /// <summary>Where a service was configured to be; null: where AWS has it. The SDK keeps a profile's <c>services</c> section to itself: only its <c>endpoint_url</c> counts.</summary>
    public Uri? ConfiguredEndpoint(AwsService service)
    {
        var isIgnored = _profile?.IgnoreConfiguredEndpointUrls == true || string.Equals(_variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true", StringComparison.OrdinalIgnoreCase);
        var text = _endpoint ?? (isIgnored ? null : _variable($"AWS_ENDPOINT_URL_{service.Id}") ?? _variable("AWS_ENDPOINT_URL") ?? _profile?.EndpointUrl);
        if (text is null) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new AwsException($"'{text}' is no endpoint for {service.SigningName}: it must begin with https:// or http://.");
    }

    /// <summary>Profiles, environment, SSO, assumed roles, processes, containers, instances. What is fetched is fetched when first asked for.</summary>
    /// <exception cref="AwsException">There are none.</exception>
    public AWSCredentials Credentials()
    {
        try
        {
            var found = _profileName is null ? DefaultAWSCredentialsIdentityResolver.GetCredentials() : _profile!.GetAWSCredentials(Profiles());
            if (found is AssumeRoleAWSCredentials { Options: { MfaSerialNumber: { Length: > 0 } device } options }) options.MfaTokenCodeCallback = () => AskForCode(device);
            return found;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw NoCredentials(e);
        }
    }

    /// <summary>A source of credentials has failed, each with exceptions of its own; or there is none.</summary>
    public static AwsException NoCredentials(Exception cause)
    {
        // The SDK lists what it has tried, in lines.
        var why = cause.Message.Contains('\n') ? "there are none in environment, profile, container and instance" : cause.InnerException is { } inner ? $"{cause.Message} {inner.Message}" : cause.Message;
        return new AwsException($"No AWS credentials: {PrintableText.Of(why.TrimEnd('.'))}. Set AWS_PROFILE, give --profile, or `aws configure`; with SSO `aws sso login`.", cause);
    }

    private static string AskForCode(string device)
    {
        Console.Error.Write($"Code of the MFA device {device}: ");
        return Console.ReadLine()?.Trim() ?? "";
    }
}
