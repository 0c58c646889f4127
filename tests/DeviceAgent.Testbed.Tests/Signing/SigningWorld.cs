using DeviceAgent.Testbed.Signing;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Testbed.Tests.Signing;

/// <summary>A verifier with one operator and one device, at noon of 2026-03-01.</summary>
internal sealed class SigningWorld
{
    public const string CertificateId = "5d41402abc4b2a76b9719d911017c592ae3f5c1b4d8e0f7a6b5c4d3e2f1a0b9c";

    public SigningWorld()
    {
        Tokens = new SessionTokens([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        Verifier = new SigV4Verifier(Tokens, Operator, new SigV4Options(), Time);
        Device = Tokens.Issue(Session());
    }

    public ManualTimeProvider Time { get; } = new();

    public OperatorKey Operator { get; } = new("AKIAOPERATOR00000001", "op/erator+SecretKeyOf40Characters0000000");

    public SessionTokens Tokens { get; }

    public SigV4Verifier Verifier { get; }

    public IssuedCredentials Device { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public RoleSession Session(TimeSpan? lifetime = null) => new(
        "ddb-access", "arn:aws:iam::123456789012:role/fleet/ddb-access", "AROAABCDEFGHIJKLMNOP", CertificateId, Now + (lifetime ?? TimeSpan.FromHours(1)),
        new Dictionary<string, string> { ["credentials-iot:ThingName"] = "boiler-07", ["credentials-iot:AwsCertificateId"] = CertificateId });

    public static RawRequest PutItem(TestSigner signer, DateTimeOffset time) => signer.Sign(
        "POST", "/", time, """{"TableName":"boiler-07","Item":{"serial_number":{"S":"SN1"}}}"""u8.ToArray(),
        ("Host", "127.0.0.1:9001"), ("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.PutItem"));

    public SigV4Result Verify(RawRequest request) => Verifier.Verify(request, new HashSet<string> { "dynamodb" });
}
