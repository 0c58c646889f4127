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
