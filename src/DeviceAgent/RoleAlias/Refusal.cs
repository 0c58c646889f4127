using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>Why a role alias does not do: a code for programs, a reason for people with what to do about it.</summary>
internal sealed record Refusal(string Code, string Reason)
{
    /// <summary>What the reason of an outcome may have.</summary>
    private const int MaxReason = 1024;

    /// <summary>The write was denied, or ends in a fault that only this alias has.</summary>
    public static Refusal Of(UploadFault fault) => new(CodeOf(fault), fault.ToString());

    public static Refusal Of(CredentialFailure failure) => new(CodeOf(failure), failure.ToString());

    /// <summary>True for what an operator did to this alias or its role, and which another alias need not have.</summary>
    public static bool IsOfTheAlias(CredentialFailure failure) => failure.Kind is
        CredentialFailureKind.AccessDenied or CredentialFailureKind.RoleAliasNotFound or CredentialFailureKind.RoleNotAssumable or CredentialFailureKind.DurationTooLong;

    public ChangeOutcome Rejected() => ChangeOutcome.Rejected(Code, Shortened());

    public ChangeOutcome RolledBack() => ChangeOutcome.RolledBack(Code, Shortened());

    private string Shortened() => Reason.Length <= MaxReason ? Reason : string.Concat(Reason.AsSpan(0, MaxReason - 3), "...");

    private static string CodeOf(UploadFault fault) =>
        fault.IsDenied ? RefusalCode.WritesDenied
        : fault.Kind == FaultKind.StaleCredentials ? RefusalCode.CredentialsRefused
        : RefusalCode.TableUnusable;

    private static string CodeOf(CredentialFailure failure) => failure.Kind switch
    {
        CredentialFailureKind.RoleAliasNotFound => RefusalCode.AliasUnknown,
        CredentialFailureKind.AccessDenied => RefusalCode.NotAuthorized,
        CredentialFailureKind.ThingNotAttached => RefusalCode.ThingNotAttached,
        CredentialFailureKind.CertificateNotAccepted or CredentialFailureKind.ClientCertificateRefused => RefusalCode.CertificateNotAccepted,
        CredentialFailureKind.RoleNotAssumable => RefusalCode.RoleNotAssumable,
        CredentialFailureKind.DurationTooLong => RefusalCode.DurationTooLong,
        CredentialFailureKind.RoleAliasNameInvalid => RefusalCode.InvalidArgument,
        CredentialFailureKind.Throttled => RefusalCode.Throttled,
        CredentialFailureKind.ServiceFault => RefusalCode.ServiceFault,
        _ when failure.IsTransient => RefusalCode.Unreachable,
        _ => RefusalCode.FetchFailed,
    };
}
