using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials.Text;
using DeviceAgent.RoleAlias;

namespace DeviceAgent.Certificate;

/// <summary>The two requests of AWS IoT fleet provisioning, tried again while they get lost.</summary>
internal sealed class FleetProvisioning(TopicRequests requests, TimeProvider time)
{
    private const int Attempts = 4;

    /// <summary>What a template tells is printed.</summary>
    private const int LongestSetting = 1000;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(3);

    /// <summary>A certificate for a key that stays here.</summary>
    public async Task<(IssuedCertificate? Issued, RejectionReason? Refusal)> CreateFromCsrAsync(string csr, CancellationToken cancellationToken)
    {
        var (answer, _) = await AskAsync("$aws/certificates/create-from-csr/json", new JsonObject { ["certificateSigningRequest"] = csr }, cancellationToken).ConfigureAwait(false);
        if (answer is not TopicResponse.Accepted { Payload: var payload })
            return (null, Refuse(answer, ProvisioningCode.CertificateRefused, "AWS IoT does not issue a certificate", "Look at the certificate's IoT policy: it must allow to publish to $aws/certificates/create-from-csr/json."));
        return Text(payload, "certificatePem") is { } pem && Text(payload, "certificateOwnershipToken") is { } token
            ? (new IssuedCertificate(pem, token), null)
            : (null, new RejectionReason(ProvisioningCode.CertificateRefused, "The answer to the certificate signing request lacks certificatePem or certificateOwnershipToken."));
    }

    /// <summary>Binds the certificate to a thing, as the template says. An earlier request whose answer was lost counts as done when it is refused now.</summary>
    public async Task<(RegisteredThing? Thing, RejectionReason? Refusal)> RegisterAsync(
        string template, string token, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        var given = new JsonObject(parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
        var payload = new JsonObject { ["certificateOwnershipToken"] = token, ["parameters"] = given };
        var (answer, mayBeDone) = await AskAsync($"$aws/provisioning-templates/{template}/provision/json", payload, cancellationToken).ConfigureAwait(false);
        if (answer is TopicResponse.Accepted { Payload: var accepted })
        {
            var settings = accepted.TryGetProperty("deviceConfiguration", out var told) && told.ValueKind == JsonValueKind.Object ? told.EnumerateObject().DistinctBy(p => p.Name).ToDictionary(p => PrintableText.Of(p.Name), p => PrintableText.Of(p.Value.ToString(), LongestSetting)) : [];
            return (new RegisteredThing(PrintableText.Of(Text(accepted, "thingName")), settings), null);
        }

        if (answer is TopicResponse.Rejected && mayBeDone) return (new RegisteredThing(null, new Dictionary<string, string>()), null);
        return (null, Refuse(
            answer,
            ProvisioningCode.RegistrationRefused,
            $"AWS IoT does not register the certificate by the template {template}",
            $"Look at the template (aws iot describe-provisioning-template --template-name {template}): enabled, its parameters ({string.Join(", ", parameters.Keys)} are given), its role, its hook."));
    }

    private static RejectionReason Refuse(TopicResponse answer, string code, string what, string remedy) => answer switch
    {
        TopicResponse.Rejected rejected => new RejectionReason(code, $"{what}: {rejected.Code} {rejected.Message.TrimEnd('.')}. {remedy}"),
        TopicResponse.Missing { Reason: NoResponse.NotAllowed } missing => new RejectionReason(ProvisioningCode.NotAllowed, missing.Message),
        TopicResponse.Missing missing => new RejectionReason(ProvisioningCode.Unreachable, $"{what}: {missing.Message} Ask again when the connection is better."),
        _ => new RejectionReason(code, what),
    };

    private async Task<(TopicResponse Answer, bool MayBeDone)> AskAsync(string topic, JsonObject payload, CancellationToken cancellationToken)
    {
        var mayBeDone = false;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await requests.AskAsync(topic, payload, cancellationToken, correlate: false).ConfigureAwait(false);
            if (answer is not TopicResponse.Missing { Reason: not NoResponse.NotAllowed } missing || attempt == Attempts) return (answer, mayBeDone);
            mayBeDone |= missing.Reason == NoResponse.Lost;
            await Task.Delay(_pause * attempt, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}

/// <summary>The answer to a certificate signing request.</summary>
/// <param name="Pem">The certificate.</param>
/// <param name="OwnershipToken">Good for one hour; whoever has it may register the certificate.</param>
internal sealed record IssuedCertificate(string Pem, string OwnershipToken)
{
    public override string ToString() => "a certificate";
}

/// <summary>The answer to a registration.</summary>
/// <param name="ThingName">The thing that the template made or found; null when the answer does not say.</param>
/// <param name="Configuration">What the template has to tell the device.</param>
internal sealed record RegisteredThing(string? ThingName, IReadOnlyDictionary<string, string> Configuration);

/// <summary>Why there is no new certificate. Programs rely on these: docs/identity.md lists them.</summary>
internal static class ProvisioningCode
{
    /// <summary>Certificate and key are kept in a form that the agent cannot replace.</summary>
    public const string LayoutNotSupported = "layoutNotSupported";

    /// <summary>The key in hardware does not sign.</summary>
    public const string KeyUnusable = "keyUnusable";

    /// <summary>AWS IoT did not issue one.</summary>
    public const string CertificateRefused = "certificateRefused";

    /// <summary>The certificate that was issued is for another key than this device's.</summary>
    public const string CertificateNotOurs = "certificateNotOurs";

    /// <summary>The template did not register it.</summary>
    public const string RegistrationRefused = "registrationRefused";

    /// <summary>The IoT policy does not allow the requests.</summary>
    public const string NotAllowed = "notAllowed";

    /// <summary>No answer.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The template bound it to another thing.</summary>
    public const string OtherThing = "otherThing";

    /// <summary>AWS IoT's message broker does not take it.</summary>
    public const string ConnectionRefused = "connectionRefused";

    /// <summary>The files cannot be written.</summary>
    public const string FilesNotWritten = "filesNotWritten";
}
