using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>The provisioning templates on the control plane.</summary>
internal sealed class ProvisioningTemplateOperations(ProvisioningTemplateRegistry templates, ProvisioningService provisioning)
{
    private const string FleetProvisioning = "FLEET_PROVISIONING";
    private const string One = "/provisioning-templates/{templateName}";

    public IReadOnlyList<RestRoute> Routes =>
    [
        new("CreateProvisioningTemplate", "POST", "/provisioning-templates", Create),
        new("DescribeProvisioningTemplate", "GET", One, Describe),
        new("UpdateProvisioningTemplate", "PATCH", One, Update),
        new("DeleteProvisioningTemplate", "DELETE", One, Delete),
        new("ListProvisioningTemplates", "GET", "/provisioning-templates", List),
        new("CreateProvisioningTemplateVersion", "POST", One + "/versions", CreateVersion),
        new("DescribeProvisioningTemplateVersion", "GET", One + "/versions/{versionId}", DescribeVersion),
        new("DeleteProvisioningTemplateVersion", "DELETE", One + "/versions/{versionId}", DeleteVersion),
        new("ListProvisioningTemplateVersions", "GET", One + "/versions", ListVersions),
        new("CreateProvisioningClaim", "POST", One + "/provisioning-claim", CreateClaim),
    ];

    private JsonObject Create(RestRequest request)
    {
        request.RefuseUnplayed("tags", "preProvisioningHook");
        if (request.Text("type") is { } type and not FleetProvisioning)
            throw RegistryException.InvalidRequest($"The testbed plays templates of type {FleetProvisioning} only; got '{type}'.");
        var template = templates.Create(
            request.RequiredText("templateName"), request.Text("description"), request.RequiredText("templateBody"),
            request.Flag("enabled") ?? false, request.RequiredText("provisioningRoleArn"));
        return Identity(template).With("defaultVersionId", template.DefaultVersionId);
    }

    private JsonObject Describe(RestRequest request)
    {
        var template = templates.Get(request.Label("templateName"));
        return Summary(template)
            .With("defaultVersionId", template.DefaultVersionId)
            .With("templateBody", template.Default.Body)
            .With("provisioningRoleArn", template.RoleArn);
    }

    private JsonObject Update(RestRequest request)
    {
        request.RefuseUnplayed("preProvisioningHook");
        templates.Update(
            request.Label("templateName"), request.Text("description"), request.Flag("enabled"),
            request.Number("defaultVersionId") is { } id ? Version(id) : null, request.Text("provisioningRoleArn"));
        return [];
    }

    private JsonObject Delete(RestRequest request)
    {
        templates.Delete(request.Label("templateName"));
        return [];
    }

    private JsonObject List(RestRequest request)
    {
        var (page, next) = Paging.Page(templates.All, t => t.Name, request.QueryNumber("maxResults"), request.Query("nextToken"));
        return new JsonObject { ["templates"] = RestJson.Array(page, Summary) }.With("nextToken", next);
    }

    private JsonObject CreateVersion(RestRequest request)
    {
        var name = request.Label("templateName");
        var version = templates.CreateVersion(name, request.RequiredText("templateBody"), request.QueryFlag("setAsDefault") ?? false);
        var template = templates.Get(name);
        return Identity(template).With("versionId", version.Id).With("isDefaultVersion", version.Id == template.DefaultVersionId);
    }

    private JsonObject DescribeVersion(RestRequest request)
    {
        var template = templates.Get(request.Label("templateName"));
        var version = templates.GetVersion(template.Name, VersionLabel(request));
        return Summary(template, version).With("templateBody", version.Body);
    }

    private JsonObject DeleteVersion(RestRequest request)
    {
        templates.DeleteVersion(request.Label("templateName"), VersionLabel(request));
        return [];
    }

    private JsonObject ListVersions(RestRequest request)
    {
        var template = templates.Get(request.Label("templateName"));
        var (page, next) = Paging.Page(template.Versions, v => $"{v.Id:D9}", request.QueryNumber("maxResults"), request.Query("nextToken"), descending: true);
        return new JsonObject { ["versions"] = RestJson.Array(page, version => Summary(template, version)) }.With("nextToken", next);
    }

    private JsonObject CreateClaim(RestRequest request)
    {
        var (record, made, expires) = provisioning.CreateClaim(request.Label("templateName"));
        return new JsonObject
        {
            ["certificateId"] = record.Id,
            ["certificatePem"] = record.Pem,
            ["keyPair"] = new JsonObject { ["PublicKey"] = made.PublicKeyPem, ["PrivateKey"] = made.PrivateKeyPem },
            ["expiration"] = RestJson.Timestamp(expires),
        };
    }

    private static int VersionLabel(RestRequest request) =>
        long.TryParse(request.Label("versionId"), out var id) ? Version(id) : throw RegistryException.InvalidRequest($"versionId must be a whole number; got '{request.Label("versionId")}'.");

    private static int Version(long id) => (int)Math.Clamp(id, int.MinValue, int.MaxValue);

    private static JsonObject Identity(ProvisioningTemplate template) => new() { ["templateArn"] = template.Arn, ["templateName"] = template.Name };

    private static JsonObject Summary(ProvisioningTemplate template) => Identity(template)
        .With("description", template.Description)
        .With("creationDate", RestJson.Timestamp(template.Created))
        .With("lastModifiedDate", RestJson.Timestamp(template.Modified))
        .With("enabled", template.Enabled)
        .With("type", FleetProvisioning);

    private static JsonObject Summary(ProvisioningTemplate template, ProvisioningTemplateVersion version) => new()
    {
        ["versionId"] = version.Id,
        ["creationDate"] = RestJson.Timestamp(version.Created),
        ["isDefaultVersion"] = version.Id == template.DefaultVersionId,
    };
}
