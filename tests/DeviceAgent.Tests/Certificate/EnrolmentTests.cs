using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceAgent.Certificate;
using DeviceAgent.Credentials;

namespace DeviceAgent.Tests.Certificate;

public class EnrolmentTests
{
    [Fact]
    public async Task Enrol_AllWell_StagesAPairAndTouchesNothingInForce()
    {
        await using var rig = new ProvisioningRig();
        using var before = rig.InForce();

        var (record, refusal) = await rig.EnrolAsync();

        Assert.Null(refusal);
        using var staged = DeviceIdentity.Load(rig.Staged.Options);
        Assert.Equal(staged.CertificateId, record!.CertificateId);
        Assert.Equal("CN=boiler-07", staged.Subject);
        Assert.Equal(["requesting", "registering"], rig.Steps);
        Assert.Equal("""{"ThingName":"boiler-07","Site":"plant-3"}""", rig.Registration!["parameters"]!.ToJsonString());
        Assert.Equal(EnrolmentPhase.Registered, rig.File.Read()!.Phase);
        Assert.DoesNotContain("canary-token", File.ReadAllText(rig.PathOf("state/certificate.json")));
        using var after = rig.InForce();
        Assert.Equal(before.CertificateId, after.CertificateId);
    }

    [Fact]
    public async Task Enrol_CutOffBeforeTheRegistration_GoesOnWithTheSameCertificate()
    {
        await using var rig = new ProvisioningRig();
        using var stop = new CancellationTokenSource();
        rig.OnRegister = () =>
        {
            stop.Cancel();
            throw new OperationCanceledException();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.EnrolAsync(cancellationToken: stop.Token));
        Assert.Equal(EnrolmentPhase.Issued, rig.File.Read()!.Phase);
        rig.OnRegister = () => null;

        var (record, _) = await rig.EnrolAsync();
        var (again, _) = await rig.EnrolAsync();

        Assert.Equal(1, rig.Issued);
        Assert.Equal("canary-token-1", (string?)rig.Registration!["certificateOwnershipToken"]);
        Assert.Equal(record!.CertificateId, again!.CertificateId);
    }

    [Fact]
    public async Task Enrol_TokenExpiredMeanwhile_AsksForANewCertificate()
    {
        await using var rig = new ProvisioningRig();
        var expired = Rejection("InvalidCertificateOwnershipToken", "Certificate ownership token has expired.");
        rig.OnRegister = () => expired;
        var (_, refusal) = await rig.EnrolAsync();
        Assert.Equal(ProvisioningCode.RegistrationRefused, refusal!.Code);
        rig.OnRegister = () => (string?)rig.Registration!["certificateOwnershipToken"] == "canary-token-1" ? Rejection("InvalidCertificateOwnershipToken", "expired") : null;

        var (record, _) = await rig.EnrolAsync();

        Assert.Equal(2, rig.Issued);
        using var staged = DeviceIdentity.Load(rig.Staged.Options);
        Assert.Equal(staged.CertificateId, record!.CertificateId);
    }

    [Fact]
    public async Task Enrol_TemplateRefuses_SaysWhatItSaid()
    {
        await using var rig = new ProvisioningRig();
        rig.OnRegister = () => Rejection("ACCESS_DENIED", "the hook says no");

        var (record, refusal) = await rig.EnrolAsync();

        Assert.Null(record);
        Assert.Contains("ACCESS_DENIED: the hook says no", refusal!.Reason);
        Assert.Contains("describe-provisioning-template --template-name device-agent", refusal.Reason);
        Assert.DoesNotContain("canary-token", refusal.Reason);
    }

    [Fact]
    public async Task Enrol_PolicyForbidsTheRequest_NamesTheStatement()
    {
        await using var rig = new ProvisioningRig();
        rig.RefusedPublishes.Add("$aws/certificates/create-from-csr/json");

        var (_, refusal) = await rig.EnrolAsync();

        Assert.Equal(ProvisioningCode.NotAllowed, refusal!.Code);
        Assert.Contains("iot:Publish on topic/$aws/certificates/create-from-csr/json", refusal.Reason);
    }

    /// <summary>Registered, it would bind somebody else's key to this thing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Enrol_CertificateOfSomebodyElse_IsNotRegistered(bool keyStays)
    {
        await using var rig = new ProvisioningRig();
        using var others = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        rig.OnIssue = _ => ProvisioningRig.Sign(NewKey.RequestFor(others, "boiler-07"));
        if (keyStays) rig.Files = rig.Files with { PrivateKeyPath = "pkcs11:object=ec" };

        var (record, refusal) = await rig.EnrolAsync();

        Assert.Null(record);
        Assert.Equal(ProvisioningCode.CertificateNotOurs, refusal!.Code);
        Assert.Null(rig.Registration);
        Assert.Null(rig.File.Read());
        Assert.Empty(Directory.GetFiles(rig.PathOf(""), "*.next"));

        // The next one that is asked for is as good as any.
        (rig.OnIssue, rig.Files) = (null, new DeviceIdentityOptions { CertificatePath = rig.PathOf("device.crt"), PrivateKeyPath = rig.PathOf("device.key") });
        Assert.NotNull((await rig.EnrolAsync()).Record);
    }

    [Theory]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\n\u001b[31m\n-----END CERTIFICATE-----\n")]
    public async Task Enrol_CertificateThatIsNone_IsRefusedByNameAndNotRegistered(string pem)
    {
        await using var rig = new ProvisioningRig { OnIssue = _ => pem };

        var (_, refusal) = await rig.EnrolAsync();

        Assert.Equal(ProvisioningCode.CertificateRefused, refusal!.Code);
        Assert.Contains("cannot be used", refusal.Reason);
        Assert.DoesNotContain(refusal.Reason, char.IsControl);
        Assert.Null(rig.Registration);
        Assert.Empty(Directory.GetFiles(rig.PathOf(""), "*.next"));
    }

    [Fact]
    public async Task Enrol_KeyWithPassword_IsWrittenEncrypted()
    {
        await using var rig = new ProvisioningRig();
        rig.Files = rig.Files with { PrivateKeyPassword = new Secret("canary") };

        await rig.EnrolAsync();

        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", File.ReadAllText(rig.PathOf("device.key.next")));
        using var staged = DeviceIdentity.Load(rig.Staged.Options);
        Assert.True(staged.Certificate.HasPrivateKey);
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    public void NewKey_LikeRsa_HasItsSize(int size)
    {
        using var old = RSA.Create(size);
        using var certificate = new CertificateRequest("CN=old", old, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));

        using var made = NewKey.Like(certificate);

        Assert.Equal(size, Assert.IsAssignableFrom<RSA>(made).KeySize);
        Assert.StartsWith("-----BEGIN CERTIFICATE REQUEST-----", NewKey.RequestFor(made, "boiler-07"));
    }

    [Fact]
    public void NewKey_LikeEc_HasItsCurve()
    {
        using var old = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=old", old, HashAlgorithmName.SHA384)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));

        using var made = NewKey.Like(certificate);

        Assert.Equal(384, Assert.IsAssignableFrom<ECDsa>(made).KeySize);
    }

    private static JsonObject Rejection(string code, string message) =>
        new() { ["statusCode"] = 400, ["errorCode"] = code, ["errorMessage"] = message };
}
