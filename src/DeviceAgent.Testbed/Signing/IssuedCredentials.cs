namespace DeviceAgent.Testbed.Signing;

/// <summary>Temporary credentials as they are handed out once; the testbed keeps no copy.</summary>
internal sealed record IssuedCredentials(string AccessKeyId, string SecretAccessKey, string SessionToken, DateTimeOffset Expiration)
{
    public override string ToString() => $"IssuedCredentials {{ {AccessKeyId}, until {Expiration:O} }}";
}
