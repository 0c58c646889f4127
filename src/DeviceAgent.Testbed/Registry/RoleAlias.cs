namespace DeviceAgent.Testbed.Registry;

internal sealed record RoleAlias(string Name, string RoleArn, int CredentialDurationSeconds, DateTimeOffset Created, DateTimeOffset Modified)
{
    public string Arn => ArnOf(Name);

    public static string ArnOf(string name) => CloudAccount.Arn("iot", $"rolealias/{name}");
}
