using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry.Rest;

internal sealed class RoleAliasOperations(RoleAliasRegistry aliases)
{
    public IReadOnlyList<RestRoute> Routes =>
    [
        new("CreateRoleAlias", "POST", "/role-aliases/{roleAlias}", Create),
        new("DescribeRoleAlias", "GET", "/role-aliases/{roleAlias}", Describe),
        new("UpdateRoleAlias", "PUT", "/role-aliases/{roleAlias}", Update),
        new("DeleteRoleAlias", "DELETE", "/role-aliases/{roleAlias}", Delete),
        new("ListRoleAliases", "GET", "/role-aliases", List),
    ];

    private JsonObject Create(RestRequest request) =>
        Identity(aliases.Create(request.Label("roleAlias"), request.RequiredText("roleArn"), Duration(request)));

    private JsonObject Describe(RestRequest request)
    {
        var alias = aliases.Get(request.Label("roleAlias"));
        return new JsonObject
        {
            ["roleAliasDescription"] = Identity(alias)
                .With("roleArn", alias.RoleArn)
                .With("owner", CloudAccount.AccountId)
                .With("credentialDurationSeconds", alias.CredentialDurationSeconds)
                .With("creationDate", RestJson.Timestamp(alias.Created))
                .With("lastModifiedDate", RestJson.Timestamp(alias.Modified)),
        };
    }

    private JsonObject Update(RestRequest request) =>
        Identity(aliases.Update(request.Label("roleAlias"), request.Text("roleArn"), Duration(request)));

    private JsonObject Delete(RestRequest request)
    {
        aliases.Delete(request.Label("roleAlias"));
        return [];
    }

    private JsonObject List(RestRequest request)
    {
        var (page, next) = Paging.Page(
            aliases.All, a => $"{a.Created:O}/{a.Name}", request.QueryNumber("pageSize"), request.Query("marker"), descending: request.QueryFlag("isAscendingOrder") != true);
        return new JsonObject { ["roleAliases"] = RestJson.Texts(page.Select(a => a.Name)) }.With("nextMarker", next);
    }

    private static JsonObject Identity(RoleAlias alias) => new() { ["roleAlias"] = alias.Name, ["roleAliasArn"] = alias.Arn };

    private static int? Duration(RestRequest request) => request.Number("credentialDurationSeconds") is { } seconds
        ? (int)Math.Clamp(seconds, int.MinValue, int.MaxValue)
        : null;
}
