namespace DeviceAgent.Testbed.Tests.Registry;

/// <summary>Operation, method and path as the public service model (2015-05-28) has them.</summary>
internal static class RouteTable
{
    public const string Expected = """
        AddThingToThingGroup PUT /thing-groups/addThingToThingGroup
        AssociateTargetsWithJob POST /jobs/{jobId}/targets
        AttachPolicy PUT /target-policies/{policyName}
        AttachPrincipalPolicy PUT /principal-policies/{policyName}
        AttachThingPrincipal PUT /things/{thingName}/principals
        CancelJob PUT /jobs/{jobId}/cancel
        CancelJobExecution PUT /things/{thingName}/jobs/{jobId}/cancel
        CreateCertificateFromCsr POST /certificates
        CreateJob PUT /jobs/{jobId}
        CreateKeysAndCertificate POST /keys-and-certificate
        CreatePolicy POST /policies/{policyName}
        CreatePolicyVersion POST /policies/{policyName}/version
        CreateRoleAlias POST /role-aliases/{roleAlias}
        CreateThing POST /things/{thingName}
        CreateThingGroup POST /thing-groups/{thingGroupName}
        CreateThingType POST /thing-types/{thingTypeName}
        DeleteCACertificate DELETE /cacertificate/{caCertificateId}
        DeleteCertificate DELETE /certificates/{certificateId}
        DeleteJob DELETE /jobs/{jobId}
        DeleteJobExecution DELETE /things/{thingName}/jobs/{jobId}/executionNumber/{executionNumber}
        DeletePolicy DELETE /policies/{policyName}
        DeletePolicyVersion DELETE /policies/{policyName}/version/{policyVersionId}
        DeleteRegistrationCode DELETE /registrationcode
        DeleteRoleAlias DELETE /role-aliases/{roleAlias}
        DeleteThing DELETE /things/{thingName}
        DeleteThingGroup DELETE /thing-groups/{thingGroupName}
        DeleteThingType DELETE /thing-types/{thingTypeName}
        DeprecateThingType POST /thing-types/{thingTypeName}/deprecate
        DescribeCACertificate GET /cacertificate/{caCertificateId}
        DescribeCertificate GET /certificates/{certificateId}
        DescribeEndpoint GET /endpoint
        DescribeJob GET /jobs/{jobId}
        DescribeJobExecution GET /things/{thingName}/jobs/{jobId}
        DescribeRoleAlias GET /role-aliases/{roleAlias}
        DescribeThing GET /things/{thingName}
        DescribeThingGroup GET /thing-groups/{thingGroupName}
        DescribeThingType GET /thing-types/{thingTypeName}
        DetachPolicy POST /target-policies/{policyName}
        DetachPrincipalPolicy DELETE /principal-policies/{policyName}
        DetachThingPrincipal DELETE /things/{thingName}/principals
        GetJobDocument GET /jobs/{jobId}/job-document
        GetPolicy GET /policies/{policyName}
        GetPolicyVersion GET /policies/{policyName}/version/{policyVersionId}
        GetRegistrationCode GET /registrationcode
        ListAttachedPolicies POST /attached-policies/{target}
        ListCACertificates GET /cacertificates
        ListCertificates GET /certificates
        ListCertificatesByCA GET /certificates-by-ca/{caCertificateId}
        ListJobExecutionsForJob GET /jobs/{jobId}/things
        ListJobExecutionsForThing GET /things/{thingName}/jobs
        ListJobs GET /jobs
        ListPolicies GET /policies
        ListPolicyVersions GET /policies/{policyName}/version
        ListPrincipalThings GET /principals/things
        ListPrincipalThingsV2 GET /principals/things-v2
        ListRoleAliases GET /role-aliases
        ListTargetsForPolicy POST /policy-targets/{policyName}
        ListThingGroups GET /thing-groups
        ListThingGroupsForThing GET /things/{thingName}/thing-groups
        ListThingPrincipals GET /things/{thingName}/principals
        ListThingPrincipalsV2 GET /things/{thingName}/principals-v2
        ListThingTypes GET /thing-types
        ListThings GET /things
        ListThingsInThingGroup GET /thing-groups/{thingGroupName}/things
        RegisterCACertificate POST /cacertificate
        RegisterCertificate POST /certificate/register
        RegisterCertificateWithoutCA POST /certificate/register-no-ca
        RemoveThingFromThingGroup PUT /thing-groups/removeThingFromThingGroup
        SetDefaultPolicyVersion PATCH /policies/{policyName}/version/{policyVersionId}
        UpdateCACertificate PUT /cacertificate/{caCertificateId}
        UpdateCertificate PUT /certificates/{certificateId}
        UpdateJob PATCH /jobs/{jobId}
        UpdateRoleAlias PUT /role-aliases/{roleAlias}
        UpdateThing PATCH /things/{thingName}
        UpdateThingGroup PATCH /thing-groups/{thingGroupName}
        UpdateThingGroupsForThing PUT /thing-groups/updateThingGroupsForThing
        """;
}
