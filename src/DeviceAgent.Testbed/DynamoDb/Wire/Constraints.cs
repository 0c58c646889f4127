using System.Text.RegularExpressions;

namespace DeviceAgent.Testbed.DynamoDb.Wire;

/// <summary>
/// The constraints of the API model. All violations of a request are reported together, at most ten:
/// <c>2 validation errors detected: Value '…' at '…' failed to satisfy constraint: …; Value …</c>.
/// </summary>
internal sealed partial class Constraints
{
    private const int MostReported = 10;
    private const string NamePattern = "[a-zA-Z0-9_.-]+";
    private readonly List<string> _violations = [];

    public Constraints NotNull(string at, object? value) => Check(value is not null, at, null, "Member must not be null");

    public Constraints AtLeast(string at, long? value, long least) =>
        Check(value is null || value >= least, at, value?.ToString(), $"Member must have value greater than or equal to {least}");

    public Constraints AtMost(string at, long? value, long most) =>
        Check(value is null || value <= most, at, value?.ToString(), $"Member must have value less than or equal to {most}");

    public Constraints OneOf(string at, string? value, params ReadOnlySpan<string> allowed) =>
        Check(value is null || allowed.Contains(value), at, value, $"Member must satisfy enum value set: [{string.Join(", ", allowed)}]");

    public Constraints Pattern(string at, string? value) =>
        Check(value is null || IsName(value), at, value, $"Member must satisfy regular expression pattern: {NamePattern}");

    /// <summary>A length within bounds; <paramref name="shown"/> is the value as the message shows it.</summary>
    public Constraints Length(string at, string? shown, int? length, int least, int most)
    {
        Check(length is null || length >= least, at, shown, $"Member must have length greater than or equal to {least}");
        return Check(length is null || length <= most, at, shown, $"Member must have length less than or equal to {most}");
    }

    public Constraints Keys(string at, string shown, IEnumerable<string> names)
    {
        var good = names.All(name => IsName(name) && name.Length is >= 3 and <= 255);
        return Check(good, at, shown, "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
            + $"Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: {NamePattern}]");
    }

    /// <summary>The name of a table or an index in a data operation.</summary>
    public Constraints Name(string at, string? value) => Pattern(at, value).Length(at, value, value?.Length, 3, 255);

    public Constraints Check(bool satisfied, string at, string? shown, string constraint)
    {
        if (satisfied || _violations.Count == MostReported) return this;
        var value = shown is null ? "null" : $"'{shown}'";
        _violations.Add($"Value {value} at '{at}' failed to satisfy constraint: {constraint}");
        return this;
    }

    public void ThrowIfViolated()
    {
        if (_violations.Count == 0) return;
        var errors = _violations.Count == 1 ? "error" : "errors";
        throw DynamoDbException.Validation($"{_violations.Count} validation {errors} detected: {string.Join("; ", _violations)}");
    }

    private static bool IsName(string value) => NameRegex().IsMatch(value);

    [GeneratedRegex("^" + NamePattern + @"\z")]
    private static partial Regex NameRegex();
}
