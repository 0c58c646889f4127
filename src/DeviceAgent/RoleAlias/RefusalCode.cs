namespace DeviceAgent.RoleAlias;

/// <summary>The codes of refusals. Programs rely on them: docs/role-alias-rotation.md lists them.</summary>
internal static class RefusalCode
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
