using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Certificates;

namespace DeviceAgent.Testbed.Registry.Rest;

internal sealed class CertificateOperations(CertificateRegistry certificates)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("RegisterCertificate", "POST", "/certificate/register", Register),
        new("RegisterCertificateWithoutCA", "POST", "/certificate/register-no-ca", RegisterWithoutCa),
        new("CreateKeysAndCertificate", "POST", "/keys-and-certificate", CreateKeys),
        new("CreateCertificateFromCsr", "POST", "/certificates", CreateFromCsr),
        new("DescribeCertificate", "GET", "/certificates/{certificateId}", Describe),
        new("UpdateCertificate", "PUT", "/certificates/{certificateId}", Update),
        new("DeleteCertificate", "DELETE", "/certificates/{certificateId}", Delete),
        new("ListCertificates", "GET", "/certificates", request => List(request, certificates.All)),
        new("ListCertificatesByCA", "GET", "/certificates-by-ca/{caCertificateId}", ListByCa),
    ];

    private JsonObject Register(RestRequest request)
    {
        var status = request.Text("status") ?? (request.QueryFlag("setAsActive") == true ? CertificateStatus.Active : CertificateStatus.Inactive);
        return Identity(certificates.Register(request.RequiredText("certificatePem"), request.Text("caCertificatePem"), status));
    }

    private JsonObject RegisterWithoutCa(RestRequest request) =>
        Identity(certificates.RegisterWithoutCa(request.RequiredText("certificatePem"), request.Text("status") ?? CertificateStatus.Inactive));

    private JsonObject CreateKeys(RestRequest request)
    {
        var (record, made) = certificates.CreateWithKeys("AWS IoT Certificate", DeviceKeyKind.Rsa2048, request.QueryFlag("setAsActive") ?? false);
        return Identity(record)
            .With("certificatePem", made.CertificatePem)
            .With("keyPair", new JsonObject { ["PublicKey"] = made.PublicKeyPem, ["PrivateKey"] = made.PrivateKeyPem });
    }

    private JsonObject CreateFromCsr(RestRequest request)
    {
        var record = certificates.CreateFromRequest(request.RequiredText("certificateSigningRequest"), request.QueryFlag("setAsActive") ?? false);
        return Identity(record).With("certificatePem", record.Pem);
    }

    private JsonObject Describe(RestRequest request)
    {
        var record = certificates.Get(request.Label("certificateId"));
        var description = Summary(record).With("caCertificateId", record.CaCertificateId);
        description["certificatePem"] = record.Pem;
        description["ownedBy"] = CloudAccount.AccountId;
        description["lastModifiedDate"] = RestJson.Timestamp(record.Modified);
        description["customerVersion"] = record.CustomerVersion;
        description["validity"] = new JsonObject { ["notBefore"] = RestJson.Timestamp(record.NotBefore), ["notAfter"] = RestJson.Timestamp(record.NotAfter) };
        return new JsonObject { ["certificateDescription"] = description };
    }

    private JsonObject? Update(RestRequest request)
    {
        certificates.Update(request.Label("certificateId"), request.RequiredQuery("newStatus"));
        return null;
    }

    private JsonObject? Delete(RestRequest request)
    {
        certificates.Delete(request.Label("certificateId"), request.QueryFlag("forceDelete") ?? false);
        return null;
    }

    private JsonObject ListByCa(RestRequest request)
    {
        var id = NameRules.CertificateId("caCertificateId", request.Label("caCertificateId"));
        return List(request, certificates.All.Where(c => c.CaCertificateId == id));
    }

    private static JsonObject List(RestRequest request, IEnumerable<DeviceCertificateRecord> wanted)
    {
        var (page, next) = Paging.Page(
            wanted, r => $"{r.Created:O}/{r.Id}", request.QueryNumber("pageSize"), request.Query("marker"), descending: request.QueryFlag("isAscendingOrder") != true);
        return new JsonObject { ["certificates"] = RestJson.Array(page, Summary) }.With("nextMarker", next);
    }

    private static JsonObject Identity(DeviceCertificateRecord record) => new() { ["certificateArn"] = record.Arn, ["certificateId"] = record.Id };

    private static JsonObject Summary(DeviceCertificateRecord record) => Identity(record)
        .With("status", record.Status)
        .With("certificateMode", record.Mode)
        .With("creationDate", RestJson.Timestamp(record.Created));
}
