using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

internal sealed class PolicyOperations(PolicyRegistry policies)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("CreatePolicy", "POST", "/policies/{policyName}", Create),
        new("GetPolicy", "GET", "/policies/{policyName}", Get),
        new("DeletePolicy", "DELETE", "/policies/{policyName}", Delete),
        new("ListPolicies", "GET", "/policies", List),
        new("CreatePolicyVersion", "POST", "/policies/{policyName}/version", CreateVersion),
        new("ListPolicyVersions", "GET", "/policies/{policyName}/version", ListVersions),
        new("GetPolicyVersion", "GET", "/policies/{policyName}/version/{policyVersionId}", GetVersion),
        new("SetDefaultPolicyVersion", "PATCH", "/policies/{policyName}/version/{policyVersionId}", SetDefaultVersion),
        new("DeletePolicyVersion", "DELETE", "/policies/{policyName}/version/{policyVersionId}", DeleteVersion),
    ];

    private JsonObject Create(RestRequest request)
    {
        request.RefuseUnplayed("tags");
        var policy = policies.Create(request.Label("policyName"), request.RequiredText("policyDocument"));
        return Summary(policy).With("policyDocument", policy.Default.Document).With("policyVersionId", policy.DefaultVersionId);
    }

    private JsonObject Get(RestRequest request)
    {
        var policy = policies.Get(request.Label("policyName"));
        return Summary(policy)
            .With("policyDocument", policy.Default.Document)
            .With("defaultVersionId", policy.DefaultVersionId)
            .With("creationDate", RestJson.Timestamp(policy.Created))
            .With("lastModifiedDate", RestJson.Timestamp(policy.Modified));
    }

    private JsonObject? Delete(RestRequest request)
    {
        policies.Delete(request.Label("policyName"));
        return null;
    }

    private JsonObject List(RestRequest request)
    {
        var (page, next) = Paging.Page(
            policies.All, p => $"{p.Created:O}/{p.Name}", request.QueryNumber("pageSize"), request.Query("marker"), descending: request.QueryFlag("isAscendingOrder") != true);
        return new JsonObject { ["policies"] = RestJson.Array(page, Summary) }.With("nextMarker", next);
    }

    private JsonObject CreateVersion(RestRequest request)
    {
        var name = request.Label("policyName");
        var version = policies.CreateVersion(name, request.RequiredText("policyDocument"), request.QueryFlag("setAsDefault") ?? false);
        var policy = policies.Get(name);
        return new JsonObject
        {
            ["policyArn"] = policy.Arn,
            ["policyDocument"] = version.Document,
            ["policyVersionId"] = version.Id,
            ["isDefaultVersion"] = version.Id == policy.DefaultVersionId,
        };
    }

    private JsonObject ListVersions(RestRequest request)
    {
        var policy = policies.Get(request.Label("policyName"));
        return new JsonObject
        {
            ["policyVersions"] = RestJson.Array(policy.Versions.Reverse(), v => new JsonObject
            {
                ["versionId"] = v.Id,
                ["isDefaultVersion"] = v.Id == policy.DefaultVersionId,
                ["createDate"] = RestJson.Timestamp(v.Created),
            }),
        };
    }

    private JsonObject GetVersion(RestRequest request)
    {
        var policy = policies.Get(request.Label("policyName"));
        var version = policies.GetVersion(policy.Name, request.Label("policyVersionId"));
        return Summary(policy)
            .With("policyDocument", version.Document)
            .With("policyVersionId", version.Id)
            .With("isDefaultVersion", version.Id == policy.DefaultVersionId)
            .With("creationDate", RestJson.Timestamp(version.Created))
            .With("lastModifiedDate", RestJson.Timestamp(version.Created));
    }

    private JsonObject? SetDefaultVersion(RestRequest request)
    {
        policies.SetDefaultVersion(request.Label("policyName"), request.Label("policyVersionId"));
        return null;
    }

    private JsonObject? DeleteVersion(RestRequest request)
    {
        policies.DeleteVersion(request.Label("policyName"), request.Label("policyVersionId"));
        return null;
    }

    internal static JsonObject Summary(IotPolicy policy) => new() { ["policyName"] = policy.Name, ["policyArn"] = policy.Arn };
}

/// <summary>Policies on certificates; the two operations with "Principal" in their names are the older forms.</summary>
internal sealed class PolicyTargetOperations(PolicyTargetRegistry targets)
{
    private const string PrincipalHeader = "x-amzn-iot-principal";

    public IReadOnlyList<RestRoute> Routes =>
    [
        new("AttachPolicy", "PUT", "/target-policies/{policyName}", r => Attach(r, Target(r.RequiredText("target")))),
        new("DetachPolicy", "POST", "/target-policies/{policyName}", r => Detach(r, Target(r.RequiredText("target")))),
        new("AttachPrincipalPolicy", "PUT", "/principal-policies/{policyName}", r => Attach(r, Target(r.RequiredHeader(PrincipalHeader)))),
        new("DetachPrincipalPolicy", "DELETE", "/principal-policies/{policyName}", r => Detach(r, Target(r.RequiredHeader(PrincipalHeader)))),
        new("ListAttachedPolicies", "POST", "/attached-policies/{target}", Policies),
        new("ListTargetsForPolicy", "POST", "/policy-targets/{policyName}", Targets),
    ];

    private JsonObject? Attach(RestRequest request, string certificateId)
    {
        targets.Attach(request.Label("policyName"), certificateId);
        return null;
    }

    private JsonObject? Detach(RestRequest request, string certificateId)
    {
        targets.Detach(request.Label("policyName"), certificateId);
        return null;
    }

    private JsonObject Policies(RestRequest request)
    {
        var policies = targets.PoliciesOf(Target(request.Label("target")));
        var (page, next) = Paging.Page(policies, p => p.Name, request.QueryNumber("pageSize"), request.Query("marker"));
        return new JsonObject { ["policies"] = RestJson.Array(page, PolicyOperations.Summary) }.With("nextMarker", next);
    }

    private JsonObject Targets(RestRequest request)
    {
        var certificates = targets.TargetsOf(request.Label("policyName"));
        var (page, next) = Paging.Page(certificates, id => id, request.QueryNumber("pageSize"), request.Query("marker"));
        return new JsonObject { ["targets"] = RestJson.Texts(page.Select(DeviceCertificateRecord.ArnOf)) }.With("nextMarker", next);
    }

    private static string Target(string arn) => NameRules.CertificateOfArn("target", arn);
}
