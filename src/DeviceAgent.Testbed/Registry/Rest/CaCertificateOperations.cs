using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

internal sealed class CaCertificateOperations(CaRegistry authorities)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("RegisterCACertificate", "POST", "/cacertificate", Register),
        new("DescribeCACertificate", "GET", "/cacertificate/{caCertificateId}", Describe),
        new("UpdateCACertificate", "PUT", "/cacertificate/{caCertificateId}", Update),
        new("DeleteCACertificate", "DELETE", "/cacertificate/{caCertificateId}", Delete),
        new("ListCACertificates", "GET", "/cacertificates", List),
        new("GetRegistrationCode", "GET", "/registrationcode", _ => new JsonObject { ["registrationCode"] = authorities.RegistrationCode }),
        new("DeleteRegistrationCode", "DELETE", "/registrationcode", DeleteCode),
    ];

    private JsonObject Register(RestRequest request)
    {
        var mode = request.Text("certificateMode") ?? CertificateMode.Default;
        if (mode is not (CertificateMode.Default or CertificateMode.SniOnly))
            throw RegistryException.InvalidRequest($"certificateMode must be DEFAULT or SNI_ONLY; got '{mode}'.");
        var record = authorities.Register(
            request.RequiredText("caCertificate"), request.Text("verificationCertificate"), mode,
            request.QueryFlag("setAsActive") ?? false, request.QueryFlag("allowAutoRegistration") ?? false,
            request.Object("registrationConfig")?.DeepClone().AsObject());
        return new JsonObject { ["certificateArn"] = record.Arn, ["certificateId"] = record.Id };
    }

    private JsonObject Describe(RestRequest request)
    {
        var record = authorities.Get(request.Label("caCertificateId"));
        var description = Summary(record);
        description["certificatePem"] = record.Pem;
        description["ownedBy"] = CloudAccount.AccountId;
        description["autoRegistrationStatus"] = record.AutoRegistration ? "ENABLE" : "DISABLE";
        description["lastModifiedDate"] = RestJson.Timestamp(record.Modified);
        description["customerVersion"] = record.CustomerVersion;
        description["certificateMode"] = record.Mode;
        description["validity"] = new JsonObject { ["notBefore"] = RestJson.Timestamp(record.NotBefore), ["notAfter"] = RestJson.Timestamp(record.NotAfter) };
        return new JsonObject { ["certificateDescription"] = description }.With("registrationConfig", record.RegistrationConfig?.DeepClone());
    }

    private JsonObject? Update(RestRequest request)
    {
        var status = request.Query("newStatus");
        if (status is not (null or CertificateStatus.Active or CertificateStatus.Inactive))
            throw RegistryException.InvalidRequest($"newStatus must be ACTIVE or INACTIVE; got '{status}'.");
        bool? autoRegistration = request.Query("newAutoRegistrationStatus") switch
        {
            null => null,
            "ENABLE" => true,
            "DISABLE" => false,
            var other => throw RegistryException.InvalidRequest($"newAutoRegistrationStatus must be ENABLE or DISABLE; got '{other}'."),
        };
        authorities.Update(
            request.Label("caCertificateId"), status, autoRegistration,
            request.Object("registrationConfig")?.DeepClone().AsObject(), request.Flag("removeAutoRegistration") ?? false);
        return null;
    }

    private JsonObject Delete(RestRequest request)
    {
        authorities.Delete(request.Label("caCertificateId"));
        return [];
    }

    private JsonObject List(RestRequest request)
    {
        var template = request.Query("templateName");
        var wanted = authorities.All.Where(r => template is null || (string?)r.RegistrationConfig?["templateName"] == template);
        var (page, next) = Paging.Page(
            wanted, r => $"{r.Created:O}/{r.Id}", request.QueryNumber("pageSize"), request.Query("marker"), descending: request.QueryFlag("isAscendingOrder") != true);
        return new JsonObject { ["certificates"] = RestJson.Array(page, Summary) }.With("nextMarker", next);
    }

    private JsonObject? DeleteCode(RestRequest request)
    {
        authorities.DeleteRegistrationCode();
        return [];
    }

    private static JsonObject Summary(CaCertificateRecord record) => new()
    {
        ["certificateArn"] = record.Arn,
        ["certificateId"] = record.Id,
        ["status"] = record.Status,
        ["creationDate"] = RestJson.Timestamp(record.Created),
    };
}
