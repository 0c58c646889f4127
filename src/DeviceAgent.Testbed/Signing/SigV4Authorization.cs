using System.Globalization;

namespace DeviceAgent.Testbed.Signing;

/// <summary>What a request says about its signature, in the header or (presigned) in the query.</summary>
internal sealed record SigV4Authorization(
    bool Presigned, string Algorithm, string Credential, string SignedHeaders, string Signature, string Date, string? SecurityToken, string? Expires)
{
    private static readonly string[] QueryParameters = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
    private static readonly string[] HeaderParameters = ["Credential", "Signature", "SignedHeaders"];

    /// <summary>Null when the request is well signed in form; <paramref name="authorization"/> is set exactly then.</summary>
    public static SigV4Failure? Read(RawRequest request, out SigV4Authorization? authorization)
    {
        authorization = null;
        var header = request.Header("Authorization");
        var query = ParseQuery(request.Query);
        var presigned = query.ContainsKey("X-Amz-Algorithm");
        return (header, presigned) switch
        {
            (not null, true) => new(SigV4FailureKind.InvalidSignature, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."),
            (null, true) => ReadQuery(query, out authorization),
            (not null, false) when header.TrimStart().StartsWith("AWS4-", StringComparison.Ordinal) => ReadHeader(request, header, out authorization),
            _ => new(SigV4FailureKind.MissingAuthentication, "Request is missing Authentication Token"),
        };
    }

    private static SigV4Failure? ReadHeader(RawRequest request, string header, out SigV4Authorization? authorization)
    {
        authorization = null;
        var words = header.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        var parameters = new Dictionary<string, string>();
        foreach (var word in words.Skip(1))
        {
            if (word.Split('=', 2) is [var name, var value]) parameters[name] = value;
        }

        var date = request.Header("X-Amz-Date") ?? ToIsoBasic(request.Header("Date"));
        var missing = string.Concat(HeaderParameters.Where(name => parameters.GetValueOrDefault(name, "").Length == 0)
            .Select(name => $"Authorization header requires '{name}' parameter. "));
        if (string.IsNullOrEmpty(date)) missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
        if (missing.Length > 0) return new(SigV4FailureKind.IncompleteSignature, $"{missing}Authorization={header}");

        authorization = new SigV4Authorization(
            false, words[0], parameters["Credential"], parameters["SignedHeaders"], parameters["Signature"], date!, request.Header("X-Amz-Security-Token"), null);
        return null;
    }

    private static SigV4Failure? ReadQuery(Dictionary<string, string> query, out SigV4Authorization? authorization)
    {
        authorization = null;
        var missing = string.Concat(QueryParameters.Where(name => query.GetValueOrDefault(name, "").Length == 0)
            .Select(name => $"AWS query-string parameters must include '{name}'. "));
        if (missing.Length > 0) return new(SigV4FailureKind.IncompleteSignature, missing + "Re-examine the query-string parameters.");

        authorization = new SigV4Authorization(
            true, query["X-Amz-Algorithm"], query["X-Amz-Credential"], query["X-Amz-SignedHeaders"], query["X-Amz-Signature"], query["X-Amz-Date"],
            query.GetValueOrDefault("X-Amz-Security-Token"), query.GetValueOrDefault("X-Amz-Expires"));
        return null;
    }

    private static Dictionary<string, string> ParseQuery(string query)
    {
        var parameters = new Dictionary<string, string>();
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = parameter.Split('=', 2);
            parameters[Uri.UnescapeDataString(parts[0])] = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
        }

        return parameters;
    }

    /// <summary>A <c>Date</c> header is in the form of HTTP or already in the basic form of ISO 8601.</summary>
    private static string? ToIsoBasic(string? date) =>
        DateTimeOffset.TryParseExact(date, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? SigV4Canonicalizer.FormatDate(time) : date;
}

/// <summary>The <c>Credential</c> of a signature: <c>keyid/date/region/service/term</c>.</summary>
internal sealed record CredentialScope(string AccessKeyId, string Date, string Region, string Service, string Terminator)
{
    /// <summary>Null unless it has exactly five parts; slashes at the end do not count.</summary>
    public static CredentialScope? Parse(string credential) => credential.TrimEnd('/').Split('/') is [var key, var date, var region, var service, var terminator]
        ? new CredentialScope(key, date, region, service, terminator)
        : null;

    /// <summary>The scope as it stands in the string to sign.</summary>
    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";

    /// <summary>All errors of the scope, in the services' wording; empty when there are none.</summary>
    public string Faults(IReadOnlySet<string> services, string date)
    {
        var faults = new List<string>();
        if (Region != CloudAccount.Region) faults.Add($"Credential should be scoped to a valid region, not '{Region}'.");
        if (!services.Contains(Service)) faults.Add($"Credential should be scoped to correct service: '{services.Order(StringComparer.Ordinal).First()}'.");
        if (Terminator != SigV4Canonicalizer.Terminator) faults.Add($"Credential should be scoped with a valid terminator: '{SigV4Canonicalizer.Terminator}', not '{Terminator}'.");
        if (Date != date[..8]) faults.Add($"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{Date}' != '{date[..8]}', from '{date}'.");
        return string.Join(' ', faults);
    }
}
