using static DeviceAgent.Testbed.Tests.Iam.IamFixture;

namespace DeviceAgent.Testbed.Tests.Iam;

public sealed class IamApiTests : IAsyncLifetime
{
    private const string PolicyArn = "arn:aws:iam::123456789012:policy/p";
    private IamHost _host = null!;

    public async Task InitializeAsync() => _host = await IamHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task CreateRole_Answer_HasTheShapeThatClientsParse()
    {
        var answer = await _host.IamAsync("CreateRole",
            ("RoleName", "ddb-access"), ("AssumeRolePolicyDocument", Trust), ("MaxSessionDuration", "43200"), ("Description", "a <b> & ü"),
            ("Tags.member.1.Key", "site"), ("Tags.member.1.Value", "north"));

        Assert.Equal(200, answer.Status);
        Assert.Equal("text/xml", answer.ContentType);
        Assert.Equal("{https://iam.amazonaws.com/doc/2010-05-08/}CreateRoleResponse", answer.Root.Name.ToString());
        Assert.Equal(answer.RequestIdHeader, answer["ResponseMetadata/RequestId"]);
        Assert.Equal("ddb-access", answer["CreateRoleResult/Role/RoleName"]);
        Assert.Equal("arn:aws:iam::123456789012:role/ddb-access", answer["CreateRoleResult/Role/Arn"]);
        Assert.Equal("2026-03-01T12:00:00Z", answer["CreateRoleResult/Role/CreateDate"]);
        Assert.Equal("43200", answer["CreateRoleResult/Role/MaxSessionDuration"]);
        Assert.Equal("a <b> & ü", answer["CreateRoleResult/Role/Description"]);
        Assert.Equal("north", answer["CreateRoleResult/Role/Tags/member/Value"]);
    }

    [Fact]
    public async Task SimulatePrincipalPolicy_OfARole_DecidesWithTheGivenContext()
    {
        _host.Iam.Roles.Create("r", Trust);
        _host.Iam.Roles.PutInlinePolicy("r", "own", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/${credentials-iot:ThingName}"},{"Effect":"Deny","Action":"dynamodb:DeleteTable","Resource":"*"}]}""");

        var answer = await _host.IamAsync("SimulatePrincipalPolicy",
            ("PolicySourceArn", "arn:aws:iam::123456789012:role/r"), ("ActionNames.member.1", "dynamodb:PutItem"), ("ActionNames.member.2", "dynamodb:DeleteTable"),
            ("ResourceArns.member.1", "arn:aws:dynamodb:us-east-1:123456789012:table/a"), ("ResourceArns.member.2", "arn:aws:dynamodb:us-east-1:123456789012:table/b"),
            ("ContextEntries.member.1.ContextKeyName", "credentials-iot:ThingName"), ("ContextEntries.member.1.ContextKeyType", "string"), ("ContextEntries.member.1.ContextKeyValues.member.1", "a"));

        Assert.Equal(["allowed", "implicitDeny", "explicitDeny", "explicitDeny"], answer.Root.Descendants().Where(e => e.Name.LocalName == "EvalDecision").Select(e => e.Value));
        Assert.Equal(404, (await _host.IamAsync("SimulatePrincipalPolicy", ("PolicySourceArn", "arn:aws:iam::123456789012:role/none"), ("ActionNames.member.1", "a:b"))).Status);
    }

    [Fact]
    public async Task GetRole_TrustPolicy_IsPercentEncoded()
    {
        _host.Iam.Roles.Create("r", Trust);

        var document = (await _host.IamAsync("GetRole", ("RoleName", "r")))["GetRoleResult/Role/AssumeRolePolicyDocument"];

        Assert.StartsWith("%7B%22Version%22", document, StringComparison.Ordinal);
        Assert.Equal(Trust, Uri.UnescapeDataString(document));
    }

    [Fact]
    public async Task UpdateAndDeleteRole_Answers_HaveAResultOnlyWhereTheModelHasOne()
    {
        _host.Iam.Roles.Create("r", Trust);

        var updated = await _host.IamAsync("UpdateRole", ("RoleName", "r"), ("MaxSessionDuration", "7200"));
        var trusted = await _host.IamAsync("UpdateAssumeRolePolicy", ("RoleName", "r"), ("PolicyDocument", Trust));
        var deleted = await _host.IamAsync("DeleteRole", ("RoleName", "r"));

        Assert.Single(updated.Elements("UpdateRoleResult"));
        Assert.Equal(["ResponseMetadata"], trusted.Root.Elements().Select(element => element.Name.LocalName));
        Assert.Equal(["ResponseMetadata"], deleted.Root.Elements().Select(element => element.Name.LocalName));
        Assert.Empty(_host.Iam.Roles.All);
    }

    [Fact]
    public async Task ListRoles_InPages_VisitsEachOnceThoughOneVanishes()
    {
        foreach (var name in (string[])["a", "b", "c", "d", "e"]) _host.Iam.Roles.Create(name, Trust, name == "e" ? "/other/" : "/");

        var first = await _host.IamAsync("ListRoles", ("MaxItems", "2"));
        _host.Iam.Roles.Delete("b");
        var second = await _host.IamAsync("ListRoles", ("MaxItems", "2"), ("Marker", first["ListRolesResult/Marker"]));
        var third = await _host.IamAsync("ListRoles", ("MaxItems", "2"), ("Marker", second["ListRolesResult/Marker"]));

        Assert.Equal("true", first["ListRolesResult/IsTruncated"]);
        Assert.Equal(["a", "b"], first.Values("ListRolesResult/Roles/member/RoleName"));
        Assert.Equal(["c", "d"], second.Values("ListRolesResult/Roles/member/RoleName"));
        Assert.Equal(["e"], third.Values("ListRolesResult/Roles/member/RoleName"));
        Assert.Equal("false", third["ListRolesResult/IsTruncated"]);
        Assert.Equal(["e"], (await _host.IamAsync("ListRoles", ("PathPrefix", "/other/"))).Values("ListRolesResult/Roles/member/RoleName"));
    }

    [Theory]
    [InlineData("MaxItems", "0", "ValidationError")]
    [InlineData("MaxItems", "1001", "ValidationError")]
    [InlineData("MaxItems", "many", "MalformedInput")]
    [InlineData("Marker", "%", "ValidationError")]
    public async Task ListRoles_BadPaging_IsRefused(string name, string value, string code)
    {
        var answer = await _host.IamAsync("ListRoles", (name, value));

        Assert.Equal((400, code), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Policies_ThroughTheirLife_AnswerAsModelled()
    {
        var created = await _host.IamAsync("CreatePolicy", ("PolicyName", "p"), ("PolicyDocument", OwnTable), ("Description", "why"));
        Assert.Equal(PolicyArn, created["CreatePolicyResult/Policy/Arn"]);
        Assert.Equal("0", created["CreatePolicyResult/Policy/AttachmentCount"]);

        var version = await _host.IamAsync("CreatePolicyVersion", ("PolicyArn", PolicyArn), ("PolicyDocument", AllowAll()), ("SetAsDefault", "true"));
        Assert.Equal(("v2", "true"), (version["CreatePolicyVersionResult/PolicyVersion/VersionId"], version["CreatePolicyVersionResult/PolicyVersion/IsDefaultVersion"]));

        _ = await _host.IamAsync("AttachUserPolicy", ("UserName", "operator"), ("PolicyArn", PolicyArn));
        var policy = await _host.IamAsync("GetPolicy", ("PolicyArn", PolicyArn));
        Assert.Equal("1", policy["GetPolicyResult/Policy/AttachmentCount"]);
        Assert.Equal("why", policy["GetPolicyResult/Policy/Description"]);
        Assert.Equal("v2", policy["GetPolicyResult/Policy/DefaultVersionId"]);

        var old = await _host.IamAsync("GetPolicyVersion", ("PolicyArn", PolicyArn), ("VersionId", "v1"));
        Assert.Equal(OwnTable, Uri.UnescapeDataString(old["GetPolicyVersionResult/PolicyVersion/Document"]));
        Assert.Equal("false", old["GetPolicyVersionResult/PolicyVersion/IsDefaultVersion"]);

        _ = await _host.IamAsync("SetDefaultPolicyVersion", ("PolicyArn", PolicyArn), ("VersionId", "v1"));
        _ = await _host.IamAsync("DeletePolicyVersion", ("PolicyArn", PolicyArn), ("VersionId", "v2"));
        Assert.Equal(["v1"], (await _host.IamAsync("ListPolicyVersions", ("PolicyArn", PolicyArn))).Values("ListPolicyVersionsResult/Versions/member/VersionId"));

        var attached = await _host.IamAsync("ListAttachedUserPolicies", ("UserName", "operator"));
        Assert.Equal("p", attached["ListAttachedUserPoliciesResult/AttachedPolicies/member/PolicyName"]);
        _ = await _host.IamAsync("DetachUserPolicy", ("UserName", "operator"), ("PolicyArn", PolicyArn));
        Assert.Equal(200, (await _host.IamAsync("DeletePolicy", ("PolicyArn", PolicyArn))).Status);
        Assert.Equal(404, (await _host.IamAsync("GetPolicy", ("PolicyArn", PolicyArn))).Status);
    }

    [Fact]
    public async Task ListPolicies_Filters_NarrowTheList()
    {
        _host.Iam.Policies.Create("free", AllowAll(), "/a/");
        _host.Iam.Users.Attach("operator", _host.Iam.Policies.Create("held", AllowAll()).Arn);

        async Task<IReadOnlyList<string>> Names(params (string, string)[] filter) =>
            (await _host.IamAsync("ListPolicies", filter)).Values("ListPoliciesResult/Policies/member/PolicyName");

        Assert.Equal(["free", "held"], await Names());
        Assert.Equal(["free", "held"], await Names(("Scope", "Local")));
        Assert.Empty(await Names(("Scope", "AWS")));
        Assert.Empty(await Names(("PolicyUsageFilter", "PermissionsBoundary")));
        Assert.Equal(["held"], await Names(("OnlyAttached", "true")));
        Assert.Equal(["free"], await Names(("PathPrefix", "/a/")));
    }

    [Fact]
    public async Task ListAttachedUserPolicies_PathPrefix_NarrowsTheList()
    {
        _host.Iam.Users.Attach("operator", _host.Iam.Policies.Create("p", AllowAll()).Arn);
        _host.Iam.Users.Attach("operator", _host.Iam.Policies.Create("q", AllowAll(), "/team/").Arn);

        var answer = await _host.IamAsync("ListAttachedUserPolicies", ("UserName", "operator"), ("PathPrefix", "/team/"));

        Assert.Equal(["q"], answer.Values("ListAttachedUserPoliciesResult/AttachedPolicies/member/PolicyName"));
    }

    [Fact]
    public async Task CreateRole_PermissionsBoundary_IsNotDroppedInSilence()
    {
        var answer = await _host.IamAsync("CreateRole", ("RoleName", "r"), ("AssumeRolePolicyDocument", Trust), ("PermissionsBoundary", PolicyArn));

        Assert.Equal((400, "InvalidInput"), (answer.Status, answer.ErrorCode));
        Assert.Empty(_host.Iam.Roles.All);
    }

    [Fact]
    public async Task RolePolicies_AttachedAndInline_AreListedApart()
    {
        _host.Iam.Roles.Create("r", Trust);
        _host.Iam.Policies.Create("p", AllowAll());

        _ = await _host.IamAsync("AttachRolePolicy", ("RoleName", "r"), ("PolicyArn", PolicyArn));
        _ = await _host.IamAsync("PutRolePolicy", ("RoleName", "r"), ("PolicyName", "inline"), ("PolicyDocument", OwnTable));

        Assert.Equal([PolicyArn], (await _host.IamAsync("ListAttachedRolePolicies", ("RoleName", "r"))).Values("ListAttachedRolePoliciesResult/AttachedPolicies/member/PolicyArn"));
        Assert.Equal(["inline"], (await _host.IamAsync("ListRolePolicies", ("RoleName", "r"))).Values("ListRolePoliciesResult/PolicyNames/member"));
        var inline = await _host.IamAsync("GetRolePolicy", ("RoleName", "r"), ("PolicyName", "inline"));
        Assert.Equal(("r", "inline"), (inline["GetRolePolicyResult/RoleName"], inline["GetRolePolicyResult/PolicyName"]));
        Assert.Equal(OwnTable, Uri.UnescapeDataString(inline["GetRolePolicyResult/PolicyDocument"]));

        _ = await _host.IamAsync("DetachRolePolicy", ("RoleName", "r"), ("PolicyArn", PolicyArn));
        _ = await _host.IamAsync("DeleteRolePolicy", ("RoleName", "r"), ("PolicyName", "inline"));
        Assert.Empty(_host.Iam.PoliciesOfRole("r"));
    }

    [Fact]
    public async Task Users_ThroughTheirLife_AnswerAsModelled()
    {
        Assert.Equal("operator", (await _host.IamAsync("GetUser"))["GetUserResult/User/UserName"]);
        Assert.Equal("arn:aws:iam::123456789012:user/a/ann", (await _host.IamAsync("CreateUser", ("UserName", "ann"), ("Path", "/a/")))["CreateUserResult/User/Arn"]);
        Assert.Equal("ann", (await _host.IamAsync("GetUser", ("UserName", "ann")))["GetUserResult/User/UserName"]);
        Assert.Equal(["ann", "operator"], (await _host.IamAsync("ListUsers")).Values("ListUsersResult/Users/member/UserName"));
        Assert.Equal(200, (await _host.IamAsync("DeleteUser", ("UserName", "ann"))).Status);
        Assert.Equal("NoSuchEntity", (await _host.IamAsync("GetUser", ("UserName", "ann"))).ErrorCode);
    }

    [Fact]
    public async Task Handle_GetWithQueryString_IsTheSame()
    {
        _host.Iam.Roles.Create("r", Trust);

        var answer = await _host.SendAsync(_host.OperatorKey, HttpMethod.Get, "iam", "/", [("Action", "GetRole"), ("Version", "2010-05-08"), ("RoleName", "r")]);

        Assert.Equal("r", answer["GetRoleResult/Role/RoleName"]);
    }

    [Fact]
    public async Task Handle_Refusal_HasTheErrorShape()
    {
        var answer = await _host.IamAsync("GetRole", ("RoleName", "none"));

        Assert.Equal(404, answer.Status);
        Assert.Equal("text/xml", answer.ContentType);
        Assert.Equal("{https://iam.amazonaws.com/doc/2010-05-08/}ErrorResponse", answer.Root.Name.ToString());
        Assert.Equal(("Sender", "NoSuchEntity", "The role with name none cannot be found."), (answer["Error/Type"], answer.ErrorCode, answer.ErrorMessage));
        Assert.Equal(answer.RequestIdHeader, answer["RequestId"]);
    }

    [Theory]
    [InlineData("CreateAccessKey", "2010-05-08", "InvalidAction")]
    [InlineData("GetRole", "2011-06-15", "InvalidAction")]
    [InlineData("<>", "2010-05-08", "InvalidAction")]
    public async Task Handle_UnknownActionOrVersion_IsRefused(string action, string version, string code)
    {
        var answer = await _host.SendAsync(_host.OperatorKey, HttpMethod.Post, "iam", "/", [("Action", action), ("Version", version)]);

        Assert.Equal((400, code), (answer.Status, answer.ErrorCode));
        Assert.Equal($"Could not find operation {action} for version {version}", answer.ErrorMessage);
    }

    [Fact]
    public async Task Handle_NoAction_IsRefused() =>
        Assert.Equal("MissingAction", (await _host.SendAsync(_host.OperatorKey, HttpMethod.Post, "iam", "/", [("Version", "2010-05-08")])).ErrorCode);

    [Fact]
    public async Task Handle_MissingParameter_IsNamed()
    {
        var answer = await _host.IamAsync("GetRole");

        Assert.Equal((400, "ValidationError"), (answer.Status, answer.ErrorCode));
        Assert.Contains("Value null at 'roleName'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handle_ControlCharacters_AreRefusedInXmlThatParses()
    {
        var answer = await _host.IamAsync("GetRole", ("RoleName", "a\u0001b"));

        Assert.Equal((400, "MalformedInput"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Handle_WrongSecret_IsRefusedBeforeAnythingIsDone()
    {
        var answer = await _host.IamAsync(_host.OperatorKey with { Secret = "other" }, "CreateRole", ("RoleName", "r"), ("AssumeRolePolicyDocument", Trust));

        Assert.Equal((403, "SignatureDoesNotMatch"), (answer.Status, answer.ErrorCode));
        Assert.Empty(_host.Iam.Roles.All);
    }

    [Fact]
    public async Task Handle_RoleSession_MayDoWhatItsPoliciesAllow()
    {
        _host.Iam.Roles.Create("ddb-access", Trust);
        var session = _host.SessionKey();

        var before = await _host.IamAsync(session, "GetRole", ("RoleName", "ddb-access"));
        _host.Iam.Roles.PutInlinePolicy("ddb-access", "see", PolicyDecisions.Statement(
            """{"Effect":"Allow","Action":"iam:GetRole","Resource":"arn:aws:iam::123456789012:role/ddb-access"}"""));
        var after = await _host.IamAsync(session, "GetRole", ("RoleName", "ddb-access"));
        var other = await _host.IamAsync(session, "DeleteRole", ("RoleName", "ddb-access"));

        Assert.Equal((403, "AccessDenied"), (before.Status, before.ErrorCode));
        Assert.Equal(
            "User: arn:aws:sts::123456789012:assumed-role/ddb-access/cert is not authorized to perform: iam:GetRole on resource: "
            + "arn:aws:iam::123456789012:role/ddb-access because no identity-based policy allows the iam:GetRole action",
            before.ErrorMessage);
        Assert.Equal(200, after.Status);
        Assert.Equal(403, other.Status);
        Assert.NotNull(_host.Iam.Roles.Find("ddb-access"));
    }

    [Fact]
    public async Task GetUser_AsARoleSession_NeedsAName()
    {
        _host.Iam.Roles.Create("ddb-access", Trust);
        _host.Iam.Roles.PutInlinePolicy("ddb-access", "all", AllowAll("iam:*"));

        Assert.Equal("ValidationError", (await _host.IamAsync(_host.SessionKey(), "GetUser")).ErrorCode);
        Assert.Equal(200, (await _host.IamAsync(_host.SessionKey(), "GetUser", ("UserName", "operator"))).Status);
    }

    [Fact]
    public async Task CreateRole_MalformedTrustPolicy_SaysWhere()
    {
        var answer = await _host.IamAsync("CreateRole", ("RoleName", "r"), ("AssumeRolePolicyDocument", """{"Version":"2012-10-17","Statement":{"Effect":"Permit"}}"""));

        Assert.Equal((400, "MalformedPolicyDocument"), (answer.Status, answer.ErrorCode));
        Assert.Contains("policy.Statement.Effect", answer.ErrorMessage, StringComparison.Ordinal);
    }
}
