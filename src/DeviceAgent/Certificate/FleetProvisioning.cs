using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using DeviceAgent.RoleAlias;

namespace DeviceAgent.Certificate;

/// <summary>The two requests of AWS IoT fleet provisioning, tried again while they get lost.</summary>
internal sealed class FleetProvisioning(TopicRequests requests, TimeProvider time)
{
    private const int Attempts = 4;
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(3);

    /// <summary>A certificate for a key that stays here.</summary>
    public async Task<(IssuedCertificate? Issued, RejectionReason? Refusal)> CreateFromCsrAsync(string csr, CancellationToken cancellationToken)
    {
        var (answer, _) = await AskAsync("$aws/certificates/create-from-csr/json", new JsonObject { ["certificateSigningRequest"] = csr }, cancellationToken).ConfigureAwait(false);
        if (answer is not TopicAnswer.Accepted { Payload: var payload })
            return (null, Refuse(answer, ProvisioningCode.CertificateRefused, "AWS IoT does not issue a certificate", "Look at the certificate's IoT policy: it must allow to publish to $aws/certificates/create-from-csr/json."));
        return Text(payload, "certificateId") is { } id && Text(payload, "certificatePem") is { } pem && Text(payload, "certificateOwnershipToken") is { } token
            ? (new IssuedCertificate(id, pem, token), null)
            : (null, new RejectionReason(ProvisioningCode.CertificateRefused, "The answer to the certificate signing request lacks certificateId, certificatePem or certificateOwnershipToken."));
    }

    /// <summary>Binds the certificate to a thing, as the template says. An earlier request whose answer was lost counts as done when it is refused now.</summary>
    public async Task<(RegisteredThing? Thing, RejectionReason? Refusal)> RegisterAsync(
        string template, string token, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        var given = new JsonObject(parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
        var payload = new JsonObject { ["certificateOwnershipToken"] = token, ["parameters"] = given };
        var (answer, mayBeDone) = await AskAsync($"$aws/provisioning-templates/{template}/provision/json", payload, cancellationToken).ConfigureAwait(false);
        if (answer is TopicAnswer.Accepted { Payload: var accepted })
        {
            var settings = accepted.TryGetProperty("deviceConfiguration", out var told) && told.ValueKind == JsonValueKind.Object ? told.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString()) : [];
            return (new RegisteredThing(Text(accepted, "thingName"), settings), null);
        }

        if (answer is TopicAnswer.Rejected && mayBeDone) return (new RegisteredThing(null, new Dictionary<string, string>()), null);
        return (null, Refuse(
            answer,
            ProvisioningCode.RegistrationRefused,
            $"AWS IoT does not register the certificate by the template {template}",
            $"Look at the template (aws iot describe-provisioning-template --template-name {template}): enabled, its parameters ({string.Join(", ", parameters.Keys)} are given), its role, its hook."));
    }

    private static RejectionReason Refuse(TopicAnswer answer, string code, string what, string remedy) => answer switch
    {
        TopicAnswer.Rejected rejected => new RejectionReason(code, $"{what}: {rejected.Code} {rejected.Message.TrimEnd('.')}. {remedy}"),
        TopicAnswer.Missing { Reason: MissingAnswer.NotAllowed } missing => new RejectionReason(ProvisioningCode.NotAllowed, missing.Message),
        TopicAnswer.Missing missing => new RejectionReason(ProvisioningCode.Unreachable, $"{what}: {missing.Message} Ask again when the connection is better."),
        _ => new RejectionReason(code, what),
    };

    private async Task<(TopicAnswer Answer, bool MayBeDone)> AskAsync(string topic, JsonObject payload, CancellationToken cancellationToken)
    {
        var mayBeDone = false;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await requests.AskAsync(topic, payload, cancellationToken, correlate: false).ConfigureAwait(false);
            if (answer is not TopicAnswer.Missing { Reason: not MissingAnswer.NotAllowed } missing || attempt == Attempts) return (answer, mayBeDone);
            mayBeDone |= missing.Reason == MissingAnswer.Lost;
            await Task.Delay(_pause * attempt, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
