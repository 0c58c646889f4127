using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Provider;

/// <summary>
/// The refusals of the credentials provider, by status and text. The texts were observed on the real service; a text
/// that is not known falls back to its status.
/// </summary>
internal static class StatusFailures
{
    public static CredentialFailure Of(ServiceAnswer answer, FailureContext context) => answer.Status switch
    {
        403 when Says(answer, "Certificate is invalid") => CertificateNotAcceptedHere(answer, context),
        403 when Says(answer, "Invalid thing name") => InvalidThing(answer, context),
        403 when Says(answer, "Access Denied") => PolicyDenies(answer, context),
        403 => OtherForbidden(answer, context),
        404 when Says(answer, "alias does not exist") || answer.ErrorType == "ResourceNotFoundException" => NoSuchAlias(answer, context),
        404 => OtherNotFound(answer, context),
        400 when Says(answer, "Unable to assume the role") => CannotAssume(answer, context),
        400 when Says(answer, "MaxSessionDuration") => TooLong(answer, context),
        400 => OtherBadRequest(answer, context),
        429 => Quota(answer, context),
        >= 500 => Fault(answer, context),
        >= 300 and < 400 => Redirect(answer, context),
        _ => Other(answer, context),
    };

    private static bool Says(ServiceAnswer answer, string text) => answer.Text.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static CredentialFailure CertificateNotAcceptedHere(ServiceAnswer a, FailureContext c) => a.Failure(
        CertificateNotAccepted,
        $"{c.Endpoint} does not accept the device's certificate {c.CertificateId} (403 {a.Quote}).",
        "certificate: not registered in this account and region, INACTIVE or REVOKED",
        $"See its status: aws iot describe-certificate --certificate-id {c.CertificateId}. Activate it: "
        + $"aws iot update-certificate --certificate-id {c.CertificateId} --new-status ACTIVE. If it is unknown there, register it: "
        + $"aws iot register-certificate-without-ca --certificate-pem file://device.pem --status ACTIVE.{c.CertificateDates}");

    private static CredentialFailure InvalidThing(ServiceAnswer a, FailureContext c)
    {
        var thing = c.ThingName ?? "(none sent)";
        return a.Failure(
            ThingNotAttached,
            $"The thing {thing} does not exist or certificate {c.CertificateId} is not attached to it (403 {a.Quote}).",
            "thing: not registered, misspelt, or the certificate is not attached to it",
            $"See what is attached: aws iot list-thing-principals --thing-name {thing}. Attach it: "
            + $"aws iot attach-thing-principal --thing-name {thing} --principal {c.CertificateArn}");
    }

    private static CredentialFailure PolicyDenies(ServiceAnswer a, FailureContext c) => a.Failure(
        AccessDenied,
        $"No IoT policy lets certificate {c.CertificateId} use the role alias {c.RoleAlias} (403 {a.Quote}).",
        "IoT policy: iot:AssumeRoleWithCertificate is not allowed on the alias; or role alias: it is misspelt",
        $"{c.IsAliasMisspelt}. If not, see the certificate's policies: aws iot list-attached-policies --target {c.CertificateArn}. One of them must allow "
        + $"iot:AssumeRoleWithCertificate on the ARN of this alias (aws iot describe-role-alias --role-alias {c.RoleAlias}); attach it: "
        + $"aws iot attach-policy --policy-name POLICY --target {c.CertificateArn}. Conditions on thing variables need "
        + $"the thing name to be sent (sent: {c.ThingName ?? "none"}).");

    private static CredentialFailure OtherForbidden(ServiceAnswer a, FailureContext c) => a.Failure(
        Forbidden,
        $"{c.Endpoint} refuses the request for a reason that this version does not know (403 {a.Quote}).",
        "certificate, thing or IoT policy",
        $"{c.IsAliasMisspelt}. If not, check in this order: aws iot describe-certificate --certificate-id {c.CertificateId}; "
        + $"aws iot list-principal-things --principal {c.CertificateArn}; aws iot list-attached-policies --target {c.CertificateArn}");

    private static CredentialFailure NoSuchAlias(ServiceAnswer a, FailureContext c) => a.Failure(
        RoleAliasNotFound,
        $"The role alias {c.RoleAlias} does not exist (404 {a.Quote}).",
        "role alias: deleted, misspelt (case counts), or of another account or region",
        $"{c.IsAliasMisspelt}. To make it: aws iot create-role-alias --role-alias {c.RoleAlias} --role-arn ROLE_ARN");

    private static CredentialFailure OtherNotFound(ServiceAnswer a, FailureContext c) => a.Failure(
        NotFound,
        $"{c.Endpoint} does not know the path of the credentials request (404 {a.Quote}).",
        "configuration: the endpoint is most likely not a credentials endpoint; or role alias: it is misspelt",
        $"{c.IsAliasMisspelt}. If not, take the endpoint from: aws iot describe-endpoint --endpoint-type iot:CredentialProvider");

    private static CredentialFailure CannotAssume(ServiceAnswer a, FailureContext c) => a.Failure(
        RoleNotAssumable,
        $"The role behind the alias {c.RoleAlias} cannot be assumed (400 {a.Quote}).",
        "role trust: the role is missing or its trust policy does not name credentials.iot.amazonaws.com",
        $"Find the role: aws iot describe-role-alias --role-alias {c.RoleAlias}. Look at its trust policy: "
        + "aws iam get-role --role-name ROLE. It must allow sts:AssumeRole to the service credentials.iot.amazonaws.com; correct it: "
        + "aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json");

    private static CredentialFailure TooLong(ServiceAnswer a, FailureContext c) => a.Failure(
        DurationTooLong,
        $"The role alias {c.RoleAlias} asks for longer sessions than its role allows (400 {a.Quote}).",
        "duration: credentialDurationSeconds of the alias exceeds MaxSessionDuration of the role",
        $"Shorten the alias: aws iot update-role-alias --role-alias {c.RoleAlias} --credential-duration-seconds 3600, "
        + "or lengthen the role: aws iam update-role --role-name ROLE --max-session-duration 43200");

    private static CredentialFailure OtherBadRequest(ServiceAnswer a, FailureContext c) => a.Failure(
        BadRequest,
        $"{c.Endpoint} rejects the request for alias {c.RoleAlias} for a reason that this version does not know (400 {a.Quote}).",
        "role alias or role",
        $"Look at both: aws iot describe-role-alias --role-alias {c.RoleAlias}; aws iam get-role --role-name ROLE");

    private static CredentialFailure Quota(ServiceAnswer a, FailureContext c) => a.Failure(
        Throttled,
        $"{c.Endpoint} limits the rate of requests (429 {a.Quote}).",
        "quota: the account's AssumeRoleWithCertificate rate, often a fleet that started together",
        "It passes by itself, the request is repeated later. If it lasts, raise the quota: "
        + "aws service-quotas request-service-quota-increase --service-code iotcore --quota-code L-DA868E55 --desired-value NUMBER");

    private static CredentialFailure Fault(ServiceAnswer a, FailureContext c) => a.Failure(
        ServiceFault,
        $"{c.Endpoint} has a fault ({a.Status} {a.Quote}).",
        "service: the fault is on the far side",
        $"It passes by itself, the request is repeated. If it lasts, give AWS support the request id {a.RequestId ?? "(none sent)"}.");

    private static CredentialFailure Redirect(ServiceAnswer a, FailureContext c) => a.Failure(
        Redirected,
        $"{c.Endpoint} answers with a redirect ({a.Status}), which is not followed.",
        "network or configuration: the credentials provider never redirects, so something else answers (portal, proxy, web server)",
        "Take the endpoint from: aws iot describe-endpoint --endpoint-type iot:CredentialProvider; check for a proxy on the way");

    private static CredentialFailure Other(ServiceAnswer a, FailureContext c) => a.Failure(
        UnexpectedStatus,
        $"{c.Endpoint} answers with status {a.Status}, which the credentials provider does not use ({a.Quote}).",
        "configuration: something other than the credentials provider answers",
        $"See who answers: curl -v https://{c.Endpoint}/. Compare with: aws iot describe-endpoint --endpoint-type iot:CredentialProvider");
}
