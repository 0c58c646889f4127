using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

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
