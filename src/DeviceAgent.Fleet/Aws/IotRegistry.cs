using System.Text.Json;

namespace DeviceAgent.Fleet.Aws;

/// <summary>A role alias as AWS IoT has it.</summary>
internal sealed record RoleAliasDescription(string Name, string Arn, string RoleArn, int DurationSeconds);

/// <summary>Things, groups, certificates, policies and role aliases of AWS IoT's control plane.</summary>
internal sealed class IotRegistry(AwsClient client)
{
    private const string PageSize = "250";

    public Task<IReadOnlyList<string>> ThingsAsync(CancellationToken cancellationToken) => PagesAsync(
        new AwsRequest("ListThings", AwsService.Iot, HttpMethod.Get, "/things"), "things", t => t.GetProperty("thingName").GetString()!, cancellationToken);

    /// <summary>Of a group and the groups in it.</summary>
    public Task<IReadOnlyList<string>> ThingsInGroupAsync(string group, CancellationToken cancellationToken) => PagesAsync(
        new AwsRequest("ListThingsInThingGroup", AwsService.Iot, HttpMethod.Get, $"{AwsPath.Of("thing-groups", group)}/things") { Query = [new("recursive", "true")] }, "things", t => t.GetString()!, cancellationToken);

    public Task<IReadOnlyList<string>> GroupsAsync(CancellationToken cancellationToken) => PagesAsync(
        new AwsRequest("ListThingGroups", AwsService.Iot, HttpMethod.Get, "/thing-groups"), "thingGroups", g => g.GetProperty("groupName").GetString()!, cancellationToken);

    public async Task<string> GroupArnAsync(string group, CancellationToken cancellationToken) =>
        (await client.AskAsync(new AwsRequest("DescribeThingGroup", AwsService.Iot, HttpMethod.Get, AwsPath.Of("thing-groups", group)), cancellationToken).ConfigureAwait(false)).GetProperty("thingGroupArn").GetString()!;

    public async Task<string> ThingArnAsync(string thing, CancellationToken cancellationToken) =>
        (await client.AskAsync(new AwsRequest("DescribeThing", AwsService.Iot, HttpMethod.Get, AwsPath.Of("things", thing)), cancellationToken).ConfigureAwait(false)).GetProperty("thingArn").GetString()!;

    /// <summary>Null when there is none of that name.</summary>
    public async Task<RoleAliasDescription?> RoleAliasAsync(string alias, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await client.AskAsync(new AwsRequest("DescribeRoleAlias", AwsService.Iot, HttpMethod.Get, AwsPath.Of("role-aliases", alias)), cancellationToken).ConfigureAwait(false)).GetProperty("roleAliasDescription");
            return new RoleAliasDescription(alias, found.Text("roleAliasArn")!, found.Text("roleArn")!, (int)(found.Number("credentialDurationSeconds") ?? 3600));
        }
        catch (AwsException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public Task<IReadOnlyList<string>> RoleAliasesAsync(CancellationToken cancellationToken) => PagesAsync(
        new AwsRequest("ListRoleAliases", AwsService.Iot, HttpMethod.Get, "/role-aliases"), "roleAliases", a => a.GetString()!, cancellationToken, sizeName: "pageSize", tokenName: "marker", nextName: "nextMarker");

    /// <summary>The ARNs of a thing's certificates.</summary>
    public async Task<IReadOnlyList<string>> PrincipalsAsync(string thing, CancellationToken cancellationToken)
    {
        var answer = await client.AskAsync(new AwsRequest("ListThingPrincipals", AwsService.Iot, HttpMethod.Get, $"{AwsPath.Of("things", thing)}/principals"), cancellationToken).ConfigureAwait(false);
        return answer.TryGetProperty("principals", out var list) ? [.. list.EnumerateArray().Select(p => p.GetString()!)] : [];
    }

    /// <summary>Status and last day of a certificate.</summary>
    public async Task<(string Status, DateTimeOffset? NotAfter)> CertificateAsync(string id, CancellationToken cancellationToken)
    {
        var found = (await client.AskAsync(new AwsRequest("DescribeCertificate", AwsService.Iot, HttpMethod.Get, AwsPath.Of("certificates", id)), cancellationToken).ConfigureAwait(false)).GetProperty("certificateDescription");
        return (found.Text("status") ?? "", found.TryGetProperty("validity", out var validity) ? validity.Time("notAfter") : null);
    }

    /// <summary>The names of the policies that are attached to a certificate or group.</summary>
    public async Task<IReadOnlyList<string>> PoliciesAsync(string target, CancellationToken cancellationToken)
    {
        var answer = await client.AskAsync(new AwsRequest("ListAttachedPolicies", AwsService.Iot, HttpMethod.Post, AwsPath.Of("attached-policies", target)), cancellationToken).ConfigureAwait(false);
        return answer.TryGetProperty("policies", out var list) ? [.. list.EnumerateArray().Select(p => p.Text("policyName")!)] : [];
    }

    /// <summary>The document of a policy's default version.</summary>
    public async Task<string> PolicyAsync(string name, CancellationToken cancellationToken) =>
        (await client.AskAsync(new AwsRequest("GetPolicy", AwsService.Iot, HttpMethod.Get, AwsPath.Of("policies", name)), cancellationToken).ConfigureAwait(false)).Text("policyDocument") ?? "{}";

    /// <summary>The things that a certificate is attached to.</summary>
    public Task<IReadOnlyList<string>> ThingsOfPrincipalAsync(string principal, CancellationToken cancellationToken) => PagesAsync(
        new AwsRequest("ListPrincipalThings", AwsService.Iot, HttpMethod.Get, "/principals/things") { Headers = [new("x-amzn-principal", principal)] }, "things", t => t.GetString()!, cancellationToken);

    public Task UpdateCertificateAsync(string id, string status, CancellationToken cancellationToken) => client.AskAsync(
        new AwsRequest("UpdateCertificate", AwsService.Iot, HttpMethod.Put, AwsPath.Of("certificates", id)) { Query = [new("newStatus", status)] }, cancellationToken);

    public Task DetachPrincipalAsync(string thing, string principal, CancellationToken cancellationToken) => client.AskAsync(
        new AwsRequest("DetachThingPrincipal", AwsService.Iot, HttpMethod.Delete, $"{AwsPath.Of("things", thing)}/principals") { Headers = [new("x-amzn-principal", principal)] }, cancellationToken);

    public Task DetachPolicyAsync(string policy, string target, CancellationToken cancellationToken) => client.AskAsync(
        new AwsRequest("DetachPolicy", AwsService.Iot, HttpMethod.Post, AwsPath.Of("target-policies", policy)) { Body = JsonText.Object(j => j.WriteString("target", target)) }, cancellationToken);

    public Task DeleteCertificateAsync(string id, CancellationToken cancellationToken) => client.AskAsync(
        new AwsRequest("DeleteCertificate", AwsService.Iot, HttpMethod.Delete, AwsPath.Of("certificates", id)), cancellationToken);

    public Task DeleteThingAsync(string thing, CancellationToken cancellationToken) => client.AskAsync(
        new AwsRequest("DeleteThing", AwsService.Iot, HttpMethod.Delete, AwsPath.Of("things", thing)), cancellationToken);

    private async Task<IReadOnlyList<T>> PagesAsync<T>(
        AwsRequest request, string list, Func<JsonElement, T> read, CancellationToken cancellationToken, string sizeName = "maxResults", string tokenName = "nextToken", string nextName = "nextToken")
    {
        var all = new List<T>();
        string? token = null;
        do
        {
            var page = await client.AskAsync(request with { Query = [.. request.Query, new(sizeName, PageSize), new(tokenName, token)] }, cancellationToken).ConfigureAwait(false);
            if (page.TryGetProperty(list, out var items)) all.AddRange(items.EnumerateArray().Select(read));
            token = page.Text(nextName);
        }
        while (token is not null);
        return all;
    }
}
