namespace DeviceAgent.Credentials.Provider;

/// <summary>Found before anything was sent.</summary>
internal static class RequestFailures
{
    public static CredentialFailure AliasName(FailureContext c) => new(
        CredentialFailureKind.RoleAliasNameInvalid,
        $"\"{OneLine.From(c.RoleAlias)}\" cannot be the name of a role alias; nothing was sent.",
        "role alias: its name",
        "Use 1 to 128 of A-Z a-z 0-9 _ = , @ - (list the existing ones: aws iot list-role-aliases)");
}
