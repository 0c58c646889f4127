using System.Buffers;

namespace DeviceAgent.Credentials.Provider;

/// <summary>
/// The form of credentials. Of the access key id it is AWS's own (STS API reference, Credentials: <c>[\w]*</c>, 16 to 128). Of the others AWS documents none and
/// asks to assume no length; they go into headers and into other programs' files and environments, so they must be visible ASCII.
/// </summary>
internal static class CredentialsGrammar
{
    private const int ShortestId = 16;
    private const int LongestId = 128;

    /// <summary>One of AWS has 40.</summary>
    private const int LongestSecret = 256;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Null when they can be held. Nothing of them is quoted.</summary>
    public static string? FindProblem(string accessKeyId, string secretAccessKey, string sessionToken)
    {
        if (accessKeyId.Length is < ShortestId or > LongestId || accessKeyId.AsSpan().ContainsAnyExcept(IdCharacters))
            return $"accessKeyId is not {ShortestId} to {LongestId} of A-Z a-z 0-9 _";
        if (secretAccessKey.Length > LongestSecret || !IsVisible(secretAccessKey)) return $"secretAccessKey is not 1 to {LongestSecret} of the visible characters of ASCII";
        return IsVisible(sessionToken) ? null : "sessionToken has other characters than the visible ones of ASCII";
    }

    private static bool IsVisible(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
