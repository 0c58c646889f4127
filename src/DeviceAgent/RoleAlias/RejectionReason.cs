using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>Why a role alias does not do: a code for programs, a reason for people with what to do about it.</summary>
internal sealed record RejectionReason(string Code, string Reason)
{
    /// <summary>The write was denied, or ends in a fault that only this alias has.</summary>
    public static RejectionReason Of(UploadFault fault) => new(CodeOf(fault), fault.ToString());

    public static RejectionReason Of(CredentialFailure failure) => new(CodeOf(failure), failure.ToString());

    /// <summary>True for what an operator did to this alias or its role, and which another alias need not have.</summary>
    public static bool IsOfTheAlias(CredentialFailure failure) => failure.Kind is
        CredentialFailureKind.AccessDenied or CredentialFailureKind.RoleAliasNotFound or CredentialFailureKind.RoleNotAssumable or CredentialFailureKind.DurationTooLong;

    public ChangeOutcome Rejected() => ChangeOutcome.Rejected(Code, Reason);

    public ChangeOutcome RolledBack() => ChangeOutcome.RolledBack(Code, Reason);

    private static string CodeOf(UploadFault fault) =>
        fault.IsDenied ? RejectionCode.WritesDenied
        : fault.Kind == FaultKind.StaleCredentials ? RejectionCode.CredentialsRefused
        : RejectionCode.TableUnusable;

    private static string CodeOf(CredentialFailure failure) => failure.Kind switch
    {
        CredentialFailureKind.RoleAliasNotFound => RejectionCode.AliasUnknown,
        CredentialFailureKind.AccessDenied => RejectionCode.NotAuthorized,
        CredentialFailureKind.ThingNotAttached => RejectionCode.ThingNotAttached,
        CredentialFailureKind.CertificateNotAccepted or CredentialFailureKind.ClientCertificateRefused => RejectionCode.CertificateNotAccepted,
        CredentialFailureKind.RoleNotAssumable => RejectionCode.RoleNotAssumable,
        CredentialFailureKind.DurationTooLong => RejectionCode.DurationTooLong,
        CredentialFailureKind.RoleAliasNameInvalid => RejectionCode.InvalidArgument,
        CredentialFailureKind.Throttled => RejectionCode.Throttled,
        CredentialFailureKind.ServiceFault => RejectionCode.ServiceFault,
        _ when failure.IsTransient => RejectionCode.Unreachable,
        _ => RejectionCode.FetchFailed,
    };
}

/// <summary>The codes of rejections. Programs rely on them: docs/role-alias-rotation.md lists them.</summary>
internal static class RejectionCode
{
    public const string InvalidArgument = "invalidArgument";
    public const string AliasUnknown = "aliasUnknown";
    public const string NotAuthorized = "notAuthorized";
    public const string ThingNotAttached = "thingNotAttached";
    public const string CertificateNotAccepted = "certificateNotAccepted";
    public const string RoleNotAssumable = "roleNotAssumable";
    public const string DurationTooLong = "durationTooLong";
    public const string Throttled = "throttled";
    public const string ServiceFault = "serviceFault";
    public const string Unreachable = "unreachable";
    public const string FetchFailed = "fetchFailed";
    public const string WritesDenied = "writesDenied";
    public const string TableUnusable = "tableUnusable";
    public const string CredentialsRefused = "credentialsRefused";
    public const string TimedOut = "timedOut";
    public const string StateNotSaved = "stateNotSaved";
}
