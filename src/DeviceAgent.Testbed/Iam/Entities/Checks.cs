namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>What IAM demands of the values it is given.</summary>
internal static class Checks
{
    public const int RoleNameLength = 64;
    public const int UserNameLength = 64;
    public const int PolicyNameLength = 128;
    public const int MinSessionDuration = 3600;
    public const int MaxSessionDuration = 43200;
    private const int MaxPathLength = 512;
    private const int MaxDescriptionLength = 1000;

    public static void Name(string parameter, string name, int maxLength)
    {
        if (name.Length is 0 || name.Length > maxLength) throw Violation(name, parameter, $"Member must have length between 1 and {maxLength}");
        if (!name.All(character => char.IsAsciiLetterOrDigit(character) || "+=,.@_-".Contains(character)))
            throw IamException.ValidationError($"The specified value for {parameter} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-");
    }

    public static void Path(string path)
    {
        var valid = path.Length <= MaxPathLength && path.StartsWith('/') && path.EndsWith('/') && path.All(character => character is > ' ' and <= '~');
        if (!valid) throw IamException.ValidationError("The specified value for path is invalid. It must begin and end with / and contain only printable ASCII characters.");
    }

    public static void Description(string? description)
    {
        if (description?.Length > MaxDescriptionLength)
            throw Violation(description, "description", $"Member must have length less than or equal to {MaxDescriptionLength}");
        if (description?.All(character => character is '\t' or '\n' or '\r' or (>= ' ' and <= '~') or (>= '\u00A1' and <= '\u00FF')) is false)
            throw Violation(description, "description", @"Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*");
    }

    public static void SessionDuration(int seconds)
    {
        if (seconds < MinSessionDuration)
            throw Violation($"{seconds}", "maxSessionDuration", $"Member must have value greater than or equal to {MinSessionDuration}");
        if (seconds > MaxSessionDuration)
            throw Violation($"{seconds}", "maxSessionDuration", $"Member must have value less than or equal to {MaxSessionDuration}");
    }

    public static void Tags(IReadOnlyList<Tag> tags)
    {
        if (tags.FirstOrDefault(tag => tag.Key.Length is 0 or > 128) is { } badKey)
            throw Violation(badKey.Key, "tags.member.key", "Member must have length between 1 and 128");
        if (tags.FirstOrDefault(tag => tag.Value.Length > 256) is { } badValue)
            throw Violation(badValue.Value, "tags.member.value", "Member must have length less than or equal to 256");
        if (tags.DistinctBy(tag => tag.Key, StringComparer.OrdinalIgnoreCase).Count() < tags.Count)
            throw new IamException("InvalidInput", 400, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        Quotas.Require(tags.Count, Quotas.Tags, "TagsPerResource");
    }

    /// <summary>An identity policy that IAM accepts: beyond the language, its Sids are alphanumeric.</summary>
    public static void IdentityPolicy(string document) => Policy(document, PolicyDocument.Parse);

    public static void TrustPolicy(string document)
    {
        Policy(document, PolicyDocument.ParseTrust);
        Quotas.Require(Quotas.Size(document), Quotas.TrustPolicySize, "ACLSizePerRole");
    }

    public static IamException Violation(string? value, string parameter, string constraint) =>
        IamException.ValidationError($"1 validation error detected: Value {(value is null ? "null" : $"'{value}'")} at '{parameter}' failed to satisfy constraint: {constraint}");

    private static void Policy(string document, Func<string, PolicyDocument> parse)
    {
        try
        {
            if (parse(document).Statements.FirstOrDefault(s => s.Sid?.All(char.IsAsciiLetterOrDigit) is false) is { } statement)
                throw IamException.MalformedPolicyDocument($"Statement IDs (SID) must be alpha-numeric, which \"{statement.Sid}\" is not");
        }
        catch (PolicyFormatException e)
        {
            throw IamException.MalformedPolicyDocument(e.Message);
        }
    }
}

/// <summary>The default quotas of an account, as far as an operator can meet them here. Sizes in characters without white space.</summary>
internal static class Quotas
{
    public const int ManagedPolicySize = 6144;
    public const int InlinePoliciesOfRoleSize = 10240;
    public const int TrustPolicySize = 2048;
    public const int VersionsOfPolicy = 5;
    public const int AttachedPolicies = 10;
    public const int Tags = 50;

    public static int Size(string document) => document.Count(character => !char.IsWhiteSpace(character));

    public static void Require(int size, int limit, string name)
    {
        if (size > limit) throw IamException.LimitExceeded($"Cannot exceed quota for {name}: {limit}");
    }
}
