using System.Text.RegularExpressions;

namespace DeviceAgent.Testbed.Registry;

/// <summary>The names and patterns of the service model; the error says which one was violated.</summary>
internal static partial class NameRules
{
    public static string ThingName(string value) => Check("thingName", value, 128, ThingPattern());

    public static string ThingTypeName(string value) => Check("thingTypeName", value, 128, ThingPattern());

    public static string ThingGroupName(string value) => Check("thingGroupName", value, 128, ThingPattern());

    public static string PolicyName(string value) => Check("policyName", value, 128, PolicyPattern());

    public static string RoleAlias(string value) => Check("roleAlias", value, 128, RoleAliasPattern());

    public static string TemplateName(string value) => Check("templateName", value, 36, TemplatePattern());

    public static string AttributeName(string value) => Check("attribute name", value, 128, AttributeNamePattern());

    public static string AttributeValue(string value) => Check("attribute value", value, 800, AttributeValuePattern(), minimum: 0);

    public static string RoleArn(string value, string parameter = "roleArn") => Check(parameter, value, 2048, RoleArnPattern(), minimum: 20);

    public static string CertificateId(string parameter, string value) => Check(parameter, value, 64, CertificateIdPattern(), minimum: 64).ToLowerInvariant();

    /// <summary>The id in a certificate's ARN of this account and region.</summary>
    public static string CertificateOfArn(string parameter, string arn)
    {
        var prefix = DeviceCertificateRecord.ArnOf("");
        if (!arn.StartsWith(prefix, StringComparison.Ordinal) || arn.Length != prefix.Length + 64)
            throw RegistryException.InvalidRequest($"{parameter} must be the ARN of a certificate, {prefix}<certificate id>; got '{arn}'.");
        return CertificateId(parameter, arn[prefix.Length..]);
    }

    private static string Check(string parameter, string value, int maximum, Regex pattern, int minimum = 1)
    {
        var length = value.EnumerateRunes().Count();
        if (length < minimum || length > maximum)
        {
            throw RegistryException.InvalidRequest(
                $"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: Member must have length between {minimum} and {maximum}");
        }

        if (!pattern.IsMatch(value))
        {
            throw RegistryException.InvalidRequest(
                $"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern.ToString()[2..^2]}");
        }

        return value;
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9:_-]+\z")]
    private static partial Regex ThingPattern();

    [GeneratedRegex(@"\A[\w+=,.@-]+\z", RegexOptions.ECMAScript)]
    private static partial Regex PolicyPattern();

    [GeneratedRegex(@"\A[\w=,@-]+\z", RegexOptions.ECMAScript)]
    private static partial Regex RoleAliasPattern();

    [GeneratedRegex(@"\A[0-9A-Za-z_-]+\z")]
    private static partial Regex TemplatePattern();

    [GeneratedRegex(@"\A[a-zA-Z0-9_.,@/:#-]+\z")]
    private static partial Regex AttributeNamePattern();

    [GeneratedRegex(@"\A[a-zA-Z0-9_.,@/:#=\[\]-]*\z")]
    private static partial Regex AttributeValuePattern();

    [GeneratedRegex(@"\Aarn:aws:iam::[0-9]{12}:role/.+\z")]
    private static partial Regex RoleArnPattern();

    [GeneratedRegex(@"\A[a-fA-F0-9]+\z")]
    private static partial Regex CertificateIdPattern();
}
