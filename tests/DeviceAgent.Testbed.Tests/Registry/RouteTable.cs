namespace DeviceAgent.Testbed.Tests.Registry;

/// <summary>Operation, method and path as the public service model (2015-05-28) has them.</summary>
internal static class RouteTable
{
    public const string Expected = """
        AttachPolicy PUT /target-policies/{policyName}
        AttachPrincipalPolicy PUT /principal-policies/{policyName}
        AttachThingPrincipal PUT /things/{thingName}/principals
        CreateCertificateFromCsr POST /certificates
        CreateKeysAndCertificate POST /keys-and-certificate
        CreatePolicy POST /policies/{policyName}
        CreatePolicyVersion POST /policies/{policyName}/version
        CreateRoleAlias POST /role-aliases/{roleAlias}
        CreateThing POST /things/{thingName}
        CreateThingType POST /thing-types/{thingTypeName}
        DeleteCACertificate DELETE /cacertificate/{caCertificateId}
        DeleteCertificate DELETE /certificates/{certificateId}
        DeletePolicy DELETE /policies/{policyName}
        DeletePolicyVersion DELETE /policies/{policyName}/version/{policyVersionId}
        DeleteRegistrationCode DELETE /registrationcode
        DeleteRoleAlias DELETE /role-aliases/{roleAlias}
        DeleteThing DELETE /things/{thingName}
        DeleteThingType DELETE /thing-types/{thingTypeName}
        DeprecateThingType POST /thing-types/{thingTypeName}/deprecate
        DescribeCACertificate GET /cacertificate/{caCertificateId}
        DescribeCertificate GET /certificates/{certificateId}
        DescribeEndpoint GET /endpoint
        DescribeRoleAlias GET /role-aliases/{roleAlias}
        DescribeThing GET /things/{thingName}
        DescribeThingType GET /thing-types/{thingTypeName}
        DetachPolicy POST /target-policies/{policyName}
        DetachPrincipalPolicy DELETE /principal-policies/{policyName}
        DetachThingPrincipal DELETE /things/{thingName}/principals
        GetPolicy GET /policies/{policyName}
        GetPolicyVersion GET /policies/{policyName}/version/{policyVersionId}
        GetRegistrationCode GET /registrationcode
        ListAttachedPolicies POST /attached-policies/{target}
        ListCACertificates GET /cacertificates
        ListCertificates GET /certificates
        ListCertificatesByCA GET /certificates-by-ca/{caCertificateId}
        ListPolicies GET /policies
        ListPolicyVersions GET /policies/{policyName}/version
        ListPrincipalThings GET /principals/things
        ListPrincipalThingsV2 GET /principals/things-v2
        ListRoleAliases GET /role-aliases
        ListTargetsForPolicy POST /policy-targets/{policyName}
        ListThingPrincipals GET /things/{thingName}/principals
        ListThingPrincipalsV2 GET /things/{thingName}/principals-v2
        ListThingTypes GET /thing-types
        ListThings GET /things
        RegisterCACertificate POST /cacertificate
        RegisterCertificate POST /certificate/register
        RegisterCertificateWithoutCA POST /certificate/register-no-ca
        SetDefaultPolicyVersion PATCH /policies/{policyName}/version/{policyVersionId}
        UpdateCACertificate PUT /cacertificate/{caCertificateId}
        UpdateCertificate PUT /certificates/{certificateId}
        UpdateRoleAlias PUT /role-aliases/{roleAlias}
        UpdateThing PATCH /things/{thingName}
        """;
}
